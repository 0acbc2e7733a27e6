#pragma once
// Everything but <hekla/vulkan.h>.

#include <hekla/checkpoint.h>
#include <hekla/choices.h>
#include <hekla/compile_options.h>
#include <hekla/config.h>
#include <hekla/data.h>
#include <hekla/device.h>
#include <hekla/error.h>
#include <hekla/explain.h>
#include <hekla/graph.h>
#include <hekla/losses.h>
#include <hekla/metrics.h>
#include <hekla/nn.h>
#include <hekla/objective.h>
#include <hekla/ops.h>
#include <hekla/optimizers.h>
#include <hekla/plan.h>
#include <hekla/prune.h>
#include <hekla/random.h>
#include <hekla/step_trainer.h>
#include <hekla/tensor_desc.h>
#if HEKLA_WITH_IO
#include <hekla/checkpoint_folder.h>
#include <hekla/io.h>
#endif
