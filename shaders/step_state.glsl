// The step state, as engine/base/step_state.h lays it out. STEP_STATE(slot) declares it for reading.
#define STEP_STATE_MEMBERS \
    uint step;             \
    uint cursor;           \
    uint live_rows;        \
    uint halted;           \
    uint seed;             \
    uint random_counter;   \
    uint samples;          \
    uint batch;            \
    float learning_rate;   \
    float beta1_correction;\
    float beta2_correction;\
    uint epoch_step;       \
    float loss_scale;      \
    uint good_steps;       \
    uint skipped_steps;    \
    uint overflow;
#define STEP_STATE(slot) layout(set = 0, binding = slot, std140) uniform StepState { STEP_STATE_MEMBERS } state;
#define STEP_STATE_WRITE(slot) layout(set = 0, binding = slot, std430) buffer StepState { STEP_STATE_MEMBERS } state;
