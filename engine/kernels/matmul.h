#pragma once
// Matrix products with optional bias and activation.

#include "base/geometry.h"
#include "kernels/epilogue.h"
#include "kernels/problem.h"
#include "kernels/shared_tiles.h"
#include "kernels/tiles.h"

namespace hekla::kernels {

/// Operands: a, b, [bias,] c; shapes in MatmulGeometry.
class Matmul : public Problem {
  public:
    Matmul(const MatmulGeometry& geometry, const Epilogue& epilogue = {}) : g_(geometry), epilogue_(epilogue) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    std::vector<std::unique_ptr<Problem>> small_ones() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    /// The plainest way, one dispatch whatever the shape: a part of other problems' decompositions.
    KernelCall plain_call(const vulkan::Device& device) const;

  private:
    /// Products of few columns, whose right side is read as it lies (matmul_narrow.cpp).
    bool is_narrow() const;
    void add_narrow(std::vector<Implementation>& list, const vulkan::Device& device) const;
    /// Products whose subgroups share what they read of a (matmul_lanes.cpp).
    void add_lanes(std::vector<Implementation>& list, const vulkan::Device& device) const;
    template <class S>
    Implementation lanes_implementation(const vulkan::Device& device, std::uint32_t tile_m, std::uint32_t tile_v) const;
    bool prefers_lanes(const vulkan::Device& device) const;
    /// Products by workgroup tiles in shared memory (matmul_shared.cpp).
    SharedOffer shared_offer(const vulkan::Device& device) const;
    template <class S>
    Implementation shared_implementation(const vulkan::Device& device, const SharedTile& tile, SharedRead left, SharedRead right) const;
    /// Where the depth is split: the last call, which adds up the parts in the first scratch, with the epilogue.
    void add_up(const vulkan::Device& device, std::uint32_t splits, Implementation& implementation) const;
    void add_vec4(std::vector<Implementation>& list, const vulkan::Device& device) const;
    void add_dot(std::vector<Implementation>& list, const vulkan::Device& device) const;
    void add_scalar_a(std::vector<Implementation>& list, const vulkan::Device& device) const;
    void add_with_b_transposed(std::vector<Implementation>& list, const vulkan::Device& device) const;
    void add_general(std::vector<Implementation>& list, const vulkan::Device& device) const;
    template <class S>
    KernelCall general_call(const DeviceTraits& device, Tile tile, const Split& split) const;
    std::uint32_t bias_operand() const { return epilogue_.bias ? 2 : 0; }  // unused bindings get a
    std::uint32_t c_operand() const { return epilogue_.bias ? 3 : 2; }

    MatmulGeometry g_;
    Epilogue epilogue_;
};

/// Products of the same class that take little time: one so deep that its depth is split, one that is not.
std::vector<MatmulGeometry> small_geometries(const MatmulGeometry& geometry);

/// Adds up `splits` partial results [splits, elements] of operand `from` into operand `to`, with an epilogue.
KernelCall combine_splits(const vulkan::Device& device, std::uint64_t elements, std::uint64_t splits, std::uint32_t columns,
                          const Epilogue& epilogue, std::uint32_t from, std::uint32_t bias, std::uint32_t to);

}  // namespace hekla::kernels
