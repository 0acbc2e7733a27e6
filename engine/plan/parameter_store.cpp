#include <algorithm>
#include <cmath>
#include <cmath>
#include <cstring>

#include <hekla/error.h>

#include "base/half.h"
#include "kernels/recorder.h"
#include "plan/store_state.h"

namespace hekla {

using vulkan::MemoryUse;

namespace {
void store(std::byte* to, const Parameter& parameter, const std::vector<float>& values, DType dtype) {
    if (dtype == DType::f32) {
        std::memcpy(to, values.data(), values.size() * sizeof(float));
        return;
    }
    std::vector<std::uint16_t> halves;
    for (float value : values) {
        halves.push_back(to_half(value));
        if (std::isfinite(value) && std::isinf(from_half(halves.back())))
            throw Error(ErrorCode::invalid_argument, "[parameters] " + parameter.name() + " holds " + std::to_string(value) +
                                                         ", 16 bits hold 65504 at most: use Precision::mixed, which keeps parameters in 32");
    }
    std::memcpy(to, halves.data(), halves.size() * sizeof(std::uint16_t));
}
}  // namespace

ParameterStore::State::State(std::shared_ptr<vulkan::Device> on, std::vector<ParameterPtr> all, DType dtype)
    : device(std::move(on)), stored_as(dtype), parameters(std::move(all)) {
    std::stable_sort(parameters.begin(), parameters.end(),
                     [](const ParameterPtr& l, const ParameterPtr& r) { return l->trainable() > r->trainable(); });
    const std::uint64_t most = device->caps().max_storage_range_bytes;
    for (const ParameterPtr& parameter : parameters) {
        const std::uint64_t size = kernels::range_bytes(parameter->shape().elements(), stored_as);
        if (size > most)
            throw Error(ErrorCode::unsupported, "[parameters] " + parameter->name() + " (" + to_string(parameter->shape()) + ") has " +
                                                    std::to_string(size) + " bytes, a binding of this device holds " + std::to_string(most));
        offsets.push_back(bytes);
        bytes = vulkan::align_up(bytes + size, vulkan::range_alignment);
        if (parameter->trainable()) trainable_bytes = bytes;
    }
    const std::uint64_t whole = most / vulkan::range_alignment * vulkan::range_alignment;
    for (std::uint64_t at = 0; at < trainable_bytes; at += whole) ranges.push_back({at, std::min(whole, trainable_bytes - at)});
    for (std::uint64_t at = trainable_bytes; at < bytes; at += whole) other_ranges.push_back({at, std::min(whole, bytes - at)});
    values = std::make_unique<vulkan::Buffer>(*device, std::max<std::uint64_t>(bytes, 256), MemoryUse::device, "parameters");
}

ParameterStore::State::~State() {
    try {
        if (device_newer) fetch();
    } catch (const Error&) {
        // The device is lost: the host values stay what they were.
    }
}

void ParameterStore::State::fetch() {
    if (!device_newer) return;
    std::vector<std::byte> all(bytes);
    device->download({values.get(), 0, bytes}, all);
    const auto self = weak_from_this().lock();  // null while it is destroyed, as the parameters' source then is
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!parameters[i]->attached_to(self)) continue;  // a newer store holds it
        std::vector<float>& host = parameters[i]->host_values();
        std::memcpy(host.data(), all.data() + offsets[i], host.size() * sizeof(float));
    }
    device_newer = false;
}

void ParameterStore::State::upload() {
    std::vector<std::byte> all(bytes);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::vector<float>& host = parameters[i]->host_values();
        store(all.data() + offsets[i], *parameters[i], host, stored_as);
    }
    if (bytes) device->upload({values.get(), 0, bytes}, all);
    device_newer = false;
    ++version;
}

void ParameterStore::State::take() {
    const auto self = shared_from_this();
    if (!parameters.empty() && std::all_of(parameters.begin(), parameters.end(), [&](const ParameterPtr& parameter) { return parameter->attached_to(self); }))
        return;
    for (const ParameterPtr& parameter : parameters) {
        parameter->values();  // fetched from where they are now
        parameter->attach(self);
    }
    upload();
}

std::size_t ParameterStore::State::index_of(const ParameterPtr& parameter) const {
    const auto found = std::find(parameters.begin(), parameters.end(), parameter);
    if (found == parameters.end())
        throw Error(ErrorCode::invalid_argument, "[compile] the parameter store does not hold " + parameter->name());
    return static_cast<std::size_t>(found - parameters.begin());
}

vulkan::BufferRange ParameterStore::State::range_of(std::size_t index) const {
    return {values.get(), offsets[index], kernels::range_bytes(parameters[index]->shape().elements(), stored_as)};
}

const vulkan::Buffer& ParameterStore::State::arena(OperandRef::Kind kind) {
    using Kind = OperandRef::Kind;
    if (kind == Kind::parameters) return *values;
    auto [buffer, label] = [&]() -> std::pair<std::unique_ptr<vulkan::Buffer>&, const char*> {
        if (kind == Kind::gradients) return {gradients, "gradients"};
        if (kind == Kind::first_moments) return {first_moments, "first moments"};
        if (kind == Kind::second_moments) return {second_moments, "second moments"};
        if (kind == Kind::gradient_sums) return {gradient_sums, "gradient sums"};
        if (kind == Kind::averages) return {averages, "averages"};
        if (kind == Kind::masks) return {masks, "masks of pruned weights"};
        return {norm_partials, "partial norms"};
    }();
    if (!buffer) {
        // As many partial sums of squares per parameter as kernels::SquareSum has at most.
        const std::uint64_t size = kind == Kind::norm_partials ? parameters.size() * 256 : kind == Kind::averages ? bytes : trainable_bytes;
        buffer = std::make_unique<vulkan::Buffer>(*device, size, MemoryUse::device, label);
        if (kind == Kind::masks) device->upload({buffer.get(), 0, size}, std::as_bytes(std::span<const float>(mask_values())));
        else device->fill({buffer.get(), 0, size}, 0);
    }
    return *buffer;
}

std::vector<float> ParameterStore::State::mask_values() const {
    std::vector<float> result(trainable_bytes / sizeof(float), 1.0f);
    for (std::size_t i = 0; i < parameters.size() && parameters[i]->trainable(); ++i) {
        const std::vector<std::uint8_t>& mask = parameters[i]->mask();
        for (std::size_t k = 0; k < mask.size(); ++k) result[offsets[i] / sizeof(float) + k] = mask[k] ? 1.0f : 0.0f;
    }
    return result;
}

namespace {

void copy(vulkan::Device& device, const vulkan::Buffer& from, const vulkan::Buffer& to, std::uint64_t bytes) {
    if (bytes == 0) return;
    device.run_once([&](VkCommandBuffer cmd) {
        vulkan::compute_barrier(device, cmd);
        const VkBufferCopy whole{0, 0, bytes};
        device.vk().CmdCopyBuffer(cmd, from.handle(), to.handle(), 1, &whole);
        vulkan::compute_barrier(device, cmd);
    });
}

}  // namespace

void ParameterStore::State::snapshot() {
    if (!saved) saved = std::make_unique<vulkan::Buffer>(*device, values->bytes(), MemoryUse::device, "last good parameters");
    copy(*device, *values, *saved, values->bytes());
}
void ParameterStore::State::restore_snapshot() {
    copy(*device, *saved, *values, values->bytes());
    mark_written();
}

void ParameterStore::State::go_back(bool has_averages) {
    restore_snapshot();
    if (has_averages) begin_averages();
    for (OperandRef::Kind kind : {OperandRef::Kind::first_moments, OperandRef::Kind::second_moments}) device->fill({&arena(kind), 0, trainable_bytes}, 0);
}

bool ParameterStore::State::all_finite() {
    fetch();
    return std::all_of(parameters.begin(), parameters.end(), [](const ParameterPtr& parameter) {
        return std::all_of(parameter->host_values().begin(), parameter->host_values().end(), [](float value) { return std::isfinite(value); });
    });
}

void ParameterStore::State::keep_best() {
    if (!best) best = std::make_unique<vulkan::Buffer>(*device, values->bytes(), MemoryUse::device, "best parameters");
    copy(*device, *values, *best, values->bytes());
}
void ParameterStore::State::restore_best() {
    copy(*device, *best, *values, values->bytes());
    mark_written();
}

void ParameterStore::State::show_averages() {
    copy(*device, *averages, *values, bytes);
    mark_written();
}
void ParameterStore::State::begin_averages() { copy(*device, *values, *averages, bytes); }

ParameterStore::ParameterStore(const Device& device, std::vector<ParameterPtr> parameters, Precision precision)
    : state_(std::make_shared<State>(device.shared(), std::move(parameters), precision == Precision::f16 ? DType::f16 : DType::f32)) {
    state_->take();
}
ParameterStore::~ParameterStore() = default;
void ParameterStore::upload() { state_->upload(); }
void ParameterStore::fetch() { state_->fetch(); }

}  // namespace hekla
