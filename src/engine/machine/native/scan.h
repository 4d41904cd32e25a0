// Running sums and products along the middle of [outer, size, inner], and where numbers fall among sorted ones. Running results are
// made one after the other in float32, as TensorFlow's kernels make them. Next: `sort.h`, `reduce.h`.
#pragma once
#include <algorithm>

#include "machine.h"

namespace latently {
namespace scan {

struct RunningSum {
  static constexpr float start = 0;
  static float next(float total, float value) { return total + value; }
};

struct RunningProduct {
  static constexpr float start = 1;
  static float next(float total, float value) { return total * value; }
};

struct Shape {
  int64_t outer, size, inner;
  bool exclusive, reverse;
};

// One line of words: the total before or after each.
template <class Kind>
inline void Line(const Shape& shape, const float* in, float* out) {
  float total = Kind::start;
  const int64_t step = shape.reverse ? -1 : 1;
  for (int64_t j = 0, at = shape.reverse ? shape.size - 1 : 0; j < shape.size; j++, at += step) {
    const float after = Kind::next(total, in[at]);
    out[at] = shape.exclusive ? total : after;
    total = after;
  }
}

// Columns `left` to `right` of one [size, inner]: each row from the one before it.
template <class Kind>
inline void Columns(const Shape& shape, const float* in, float* out, int64_t left, int64_t right) {
  const int64_t first = shape.reverse ? shape.size - 1 : 0, step = shape.reverse ? -shape.inner : shape.inner;
  for (int64_t j = 0, at = first * shape.inner; j < shape.size; j++, at += step)
    for (int64_t c = left; c < right; c++) {
      const int64_t before = at - step + c;
      if (shape.exclusive) out[at + c] = j == 0 ? Kind::start : Kind::next(out[before], in[before]);
      else out[at + c] = j == 0 ? in[at + c] : Kind::next(out[before], in[at + c]);
    }
}

template <class Kind>
Instruction InstructionOf(Shape shape, Place source, Place target) {
  const int64_t words = shape.outer * shape.size * shape.inner;
  const int64_t parts = shape.inner == 1 ? 1 : ChunksOf(shape.inner, 64, 8), pieces = shape.outer * parts;
  const int chunks = words < 32768 ? 1 : static_cast<int>(std::min<int64_t>(pieces, ChunksOf(words, 8192)));
  return [=](const Memory& memory, Pool& pool) {
    const float* in = source.in(memory);
    float* out = target.in(memory);
    pool.each(chunks, [&](int chunk) {
      for (int64_t piece = pieces * chunk / chunks; piece < pieces * (chunk + 1) / chunks; piece++) {
        const int64_t start = piece / parts * shape.size * shape.inner, part = piece % parts;
        if (shape.inner == 1) Line<Kind>(shape, in + start, out + start);
        else Columns<Kind>(shape, in + start, out + start, shape.inner * part / parts, shape.inner * (part + 1) / parts);
      }
    });
  };
}

}  // namespace scan

// Words: kind (0 sum, 1 product), outer, size, inner, exclusive, reverse, in, out.
inline Instruction DecodeCumulate(Decoder& words) {
  const int kind = words.integer();
  const auto dims = words.integers(3);
  const bool exclusive = words.integer() != 0, reverse = words.integer() != 0;
  const scan::Shape shape{dims[0], dims[1], dims[2], exclusive, reverse};
  const Place in = words.place(), out = words.place();
  if (kind != 0 && kind != 1) Fail("no running result has the number " + std::to_string(kind));
  return kind == 0 ? scan::InstructionOf<scan::RunningSum>(shape, in, out) : scan::InstructionOf<scan::RunningProduct>(shape, in, out);
}

// Words: upper (0 or 1), batch, size, count, sorted [batch, size], values [batch, count], out: how many of the sorted numbers come
// before each value, with the equal ones where `upper`.
inline Instruction DecodeSearch(Decoder& words) {
  const bool upper = words.integer() != 0;
  const auto dims = words.integers(3);
  const Place sorted = words.place(), values = words.place(), target = words.place();
  const int64_t size = dims[1], count = dims[2], all = dims[0] * count;
  const int chunks = all < 4096 ? 1 : ChunksOf(all, 1024);
  return [=](const Memory& memory, Pool& pool) {
    const float *numbers = sorted.in(memory), *value = values.in(memory);
    int32_t* out = target.integersIn(memory);
    pool.each(chunks, [&](int chunk) {
      for (int64_t i = all * chunk / chunks; i < all * (chunk + 1) / chunks; i++) {
        const float* from = numbers + i / count * size;
        const float* at = upper ? std::upper_bound(from, from + size, value[i]) : std::lower_bound(from, from + size, value[i]);
        out[i] = static_cast<int32_t>(at - from);
      }
    });
  };
}

}  // namespace latently
