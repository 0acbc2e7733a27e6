#include "stop_signals.h"

#include <csignal>

namespace hekla::command {

namespace {

// A signal handler can reach nothing but a static object.
volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

void set_handler(void (*handler)(int), int flags) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
    stop_requested = 0;
    // RESETHAND: a second Ctrl-C ends a process that hangs in a driver.
    set_handler(request_stop, static_cast<int>(SA_RESETHAND) | SA_RESTART);
}

StopSignals::~StopSignals() { set_handler(SIG_DFL, 0); }

bool StopSignals::requested() const { return stop_requested != 0; }

}  // namespace hekla::command
