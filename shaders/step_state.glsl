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
    float base_learning_rate;\
    float gradient_scale;  \
    uint updates;          \
    uint schedule_start;   \
    uint accumulated_steps;\
    uint accumulated_rows; \
    float loss_scale;      \
    uint good_steps;       \
    uint skipped_steps;    \
    uint overflow;         \
    uint reserved0;        \
    uint reserved1;
#define STEP_STATE(slot) layout(set = 0, binding = slot, std140) uniform StepState { STEP_STATE_MEMBERS } state;
#define STEP_STATE_WRITE(slot) layout(set = 0, binding = slot, std430) buffer StepState { STEP_STATE_MEMBERS } state;
