// Once halted, while gradients are being accumulated and where the scaled loss made one that is not finite, nothing is updated.
// Needs the step state as `state`. One test of all: three after one another would be three waits for memory.
bool updates_nothing() { return (state.halted | state.accumulated_steps | state.overflow) != 0u; }
