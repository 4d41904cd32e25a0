// Sums, products, maxima, minima, all and any along the middle of [outer, middle, inner], shared among threads: by `outer`, by columns,
// or by runs of rows whose results are reduced once more. What a chunk is depends on the shape alone, so the numbers do too.
// Next: `reduce-kernel.h`, `reduction.h`.
#pragma once
#include <memory>

#include "machine.h"
#include "reduce-kernel.h"

namespace latently {
namespace reduction {

struct Shape {
  int64_t outer, middle, inner;
  int64_t words() const { return outer * middle * inner; }
};

// How the work is shared: every [middle, inner] is cut into `splits` of its rows (whose results are reduced again) and `parts` of its
// columns, and the pieces are spread over `chunks`.
struct Plan {
  int64_t splits = 1, parts = 1;
  int chunks = 1;
};

constexpr int64_t leastWords = 32768;

inline Plan PlanFor(const Shape& shape) {
  Plan plan;
  const int chunks = ChunksOf(shape.words(), leastWords);
  if (chunks < 4) return plan;
  const int64_t pieces = shape.outer >= 16 ? 1 : (chunks + shape.outer - 1) / shape.outer;
  if (shape.middle >= 16 * pieces) plan.splits = pieces;
  else plan.parts = std::clamp<int64_t>(shape.inner / (8 * laneCount), 1, pieces);
  plan.chunks = static_cast<int>(std::min<int64_t>(chunks, shape.outer * plan.splits * plan.parts));
  return plan;
}

template <class Kind>
inline void Rows(const Shape& shape, const typename Kind::Word* in, typename Kind::Word* out, float factor, int64_t from, int64_t to) {
  if (shape.middle < laneCount) return TinyRows<Kind>(in + from * shape.middle, to - from, shape.middle, out + from, factor);
  for (int64_t o = from; o < to; o++) out[o] = Scaled<Kind>(Row<Kind>(in + o * shape.middle, shape.middle), factor);
}

// The piece of that number: some rows and some columns of one [middle, inner].
template <class Kind>
inline void Piece(const Shape& shape, const Plan& plan, const typename Kind::Word* in, typename Kind::Word* out, float factor,
                  int64_t piece) {
  const int64_t part = piece % plan.parts, place = piece / plan.parts, split = place % plan.splits, o = place / plan.splits;
  const int64_t from = shape.middle * split / plan.splits, to = shape.middle * (split + 1) / plan.splits;
  const int64_t left = shape.inner * part / plan.parts, right = shape.inner * (part + 1) / plan.parts;
  const int64_t start = (o * shape.middle + from) * shape.inner + left;
  auto* target = out + place * shape.inner + left;
  if (shape.inner == 1) *target = Scaled<Kind>(Row<Kind>(in + start, to - from), factor);
  else AllColumns<Kind>(in + start, to - from, shape.inner, right - left, shape.words() - start, target, factor);
}

template <class Kind>
inline void Chunk(const Shape& shape, const Plan& plan, const typename Kind::Word* in, typename Kind::Word* out, float factor, int chunk) {
  const int64_t pieces = shape.outer * plan.splits * plan.parts;
  const int64_t from = pieces * chunk / plan.chunks, to = pieces * (chunk + 1) / plan.chunks;
  if (shape.inner == 1 && plan.splits == 1) return Rows<Kind>(shape, in, out, factor, from, to);
  for (int64_t piece = from; piece < to; piece++) Piece<Kind>(shape, plan, in, out, factor, piece);
}

template <class Kind>
Instruction InstructionOf(Shape shape, float factor, Place source, Place target) {
  using Word = typename Kind::Word;
  const Plan plan = PlanFor(shape);
  if (plan.splits == 1)
    return [=](const Memory& memory, Pool& pool) {
      const auto* in = reinterpret_cast<const Word*>(source.in(memory));
      auto* out = reinterpret_cast<Word*>(target.in(memory));
      pool.each(plan.chunks, [&](int chunk) { Chunk<Kind>(shape, plan, in, out, factor, chunk); });
    };
  const Shape partial{shape.outer, plan.splits, shape.inner};
  const auto scratch = std::make_shared<std::vector<Word>>(partial.words());
  return [=](const Memory& memory, Pool& pool) {
    const auto* in = reinterpret_cast<const Word*>(source.in(memory));
    pool.each(plan.chunks, [&](int chunk) { Chunk<Kind>(shape, plan, in, scratch->data(), 1, chunk); });
    Chunk<Kind>(partial, Plan{}, scratch->data(), reinterpret_cast<Word*>(target.in(memory)), factor, 0);
  };
}

}  // namespace reduction

// Words: kind, factor, outer, middle, inner, in, out: dense [outer, middle, inner] to [outer, inner], floats times the factor.
inline Instruction DecodeReduce(Decoder& words) {
  using namespace reduction;
  const int kind = words.integer();
  const float factor = words.number();
  const auto dims = words.integers(3);
  const Shape shape{dims[0], dims[1], dims[2]};
  const Place in = words.place(), out = words.place();
  switch (kind) {
    case 0: return InstructionOf<Sum>(shape, factor, in, out);
    case 1: return InstructionOf<Max>(shape, factor, in, out);
    case 2: return InstructionOf<Min>(shape, factor, in, out);
    case 3: return InstructionOf<Product>(shape, factor, in, out);
    case 4: return InstructionOf<All>(shape, factor, in, out);
    case 5: return InstructionOf<Any>(shape, factor, in, out);
    case 6: return InstructionOf<IntegerSum>(shape, factor, in, out);
    case 7: return InstructionOf<IntegerMax>(shape, factor, in, out);
    case 8: return InstructionOf<IntegerMin>(shape, factor, in, out);
  }
  Fail("no reduction has the number " + std::to_string(kind));
}

}  // namespace latently
