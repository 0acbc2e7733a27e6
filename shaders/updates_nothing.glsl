// Once halted, while gradients are being accumulated and where the scaled loss made one that is not finite, nothing is updated.
// Needs the step state as `state`.
bool updates_nothing() { return state.halted != 0u || state.accumulated_steps != 0u || state.overflow != 0u; }
