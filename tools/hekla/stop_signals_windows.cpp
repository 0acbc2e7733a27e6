#include "stop_signals.h"

#include <csignal>

namespace hekla::command {

namespace {

// A signal handler can reach nothing but a static object.
volatile std::sig_atomic_t stop_requested = 0;

// The system has put the default back by now: a second Ctrl-C ends a process that hangs in a driver.
void request_stop(int) { stop_requested = 1; }

void set_handler(void (*handler)(int)) {
    std::signal(SIGINT, handler);
    std::signal(SIGTERM, handler);
}

}  // namespace

StopSignals::StopSignals() {
    stop_requested = 0;
    set_handler(request_stop);
}

StopSignals::~StopSignals() { set_handler(SIG_DFL); }

bool StopSignals::requested() const { return stop_requested != 0; }

}  // namespace hekla::command
