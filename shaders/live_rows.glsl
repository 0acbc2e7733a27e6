// Rows that count: those of the samples of a smaller last batch. A state without a batch is that of a graph of the user's
// own, where all do.
#define LIVE_ROWS (has_state != 0u && state.batch != 0u ? min(state.live_rows * params.sample_rows, params.rows) : params.rows)
