// Rows taken by index (gather) and added up by index (segmentSum). Sums of a segment are made in the order of the rows, whatever the
// threads do: they share columns or segments, never a segment's rows. Next: `scan.h`, `reduce.h`.
#pragma once
#include <algorithm>
#include <limits>

#include "machine.h"

namespace latently {
namespace rows {

constexpr int64_t leastWords = 16384;

inline void Copy(const float* from, int64_t count, float* to) {
  if (count > 16) {
    std::memcpy(to, from, count * sizeof(float));
  } else {
    for (int64_t c = 0; c < count; c++) to[c] = from[c];
  }
}

struct Gather {
  int64_t outer, size, inner, count;
  Place source, indices, out;

  // Rows `from` to `to` of [outer * count, inner]; an index out of range gives NaN.
  void Some(const float* in, const int32_t* index, float* to, int64_t from, int64_t end) const {
    for (int64_t row = from, o = from / count, j = from % count; row < end; row++) {
      const uint32_t at = static_cast<uint32_t>(index[j]);
      if (at < size) Copy(in + (o * size + at) * inner, inner, to + row * inner);
      else std::fill_n(to + row * inner, inner, std::numeric_limits<float>::quiet_NaN());
      if (++j == count) j = 0, o++;
    }
  }

  // Single words: no row to copy, only to look up.
  void Words(const float* in, const int32_t* index, float* to, int64_t from, int64_t end) const {
    for (int64_t j = from; j < end; j++) {
      const uint32_t at = static_cast<uint32_t>(index[j]);
      to[j] = at < size ? in[at] : std::numeric_limits<float>::quiet_NaN();
    }
  }

  void operator()(const Memory& memory, Pool& pool) const {
    const float* in = source.in(memory);
    const int32_t* index = indices.integersIn(memory);
    float* to = out.in(memory);
    const int64_t all = outer * count;
    if (all == 0) return;
    const int chunks = ChunksOf(all * inner, leastWords) < 4 ? 1 : ChunksOf(std::min(all, all * inner / leastWords), 1);
    pool.each(chunks, [&](int chunk) {
      const int64_t from = all * chunk / chunks, end = all * (chunk + 1) / chunks;
      if (outer == 1 && inner == 1) Words(in, index, to, from, end);
      else Some(in, index, to, from, end);
    });
  }
};

struct SegmentSum {
  int64_t count, segments, inner;
  Place data, ids, out;

  void Columns(const float* in, const int32_t* id, float* to, int64_t left, int64_t right) const {
    for (int64_t s = 0; s < segments; s++) std::fill(to + s * inner + left, to + s * inner + right, 0.0f);
    for (int64_t j = 0; j < count; j++) {
      if (static_cast<uint32_t>(id[j]) >= segments) continue;
      float* sum = to + id[j] * inner;
      const float* row = in + j * inner;
      for (int64_t c = left; c < right; c++) sum[c] += row[c];
    }
  }

  // Segments `first` to `last`, each from all of its rows.
  void Segments(const float* in, const int32_t* id, float* to, int64_t first, int64_t last) const {
    std::fill(to + first * inner, to + last * inner, 0.0f);
    for (int64_t j = 0; j < count; j++) {
      if (id[j] < first || id[j] >= last) continue;
      float* sum = to + id[j] * inner;
      const float* row = in + j * inner;
      for (int64_t c = 0; c < inner; c++) sum[c] += row[c];
    }
  }

  void operator()(const Memory& memory, Pool& pool) const {
    const float* in = data.in(memory);
    const int32_t* id = ids.integersIn(memory);
    float* to = out.in(memory);
    const bool large = (count + segments) * inner >= 4 * leastWords;
    if (large && inner >= 256) {
      const int chunks = ChunksOf(inner, 128, 8);
      pool.each(chunks, [&](int chunk) { Columns(in, id, to, inner * chunk / chunks, inner * (chunk + 1) / chunks); });
    } else if (large && inner >= 8 && segments >= 8) {
      pool.each(4, [&](int chunk) { Segments(in, id, to, segments * chunk / 4, segments * (chunk + 1) / 4); });
    } else {
      Columns(in, id, to, 0, inner);
    }
  }
};

}  // namespace rows

// Words: outer, size, inner, count, source, indices, out: out[o, j, :] = source[o, indices[j], :].
inline Instruction DecodeGather(Decoder& words) {
  const auto dims = words.integers(4);
  const Place source = words.place(), indices = words.place(), out = words.place();
  return rows::Gather{dims[0], dims[1], dims[2], dims[3], source, indices, out};
}

// Words: count, segments, inner, data, ids, out: out[s, :] = the sum of data[j, :] over the j of ids[j] == s.
inline Instruction DecodeSegmentSum(Decoder& words) {
  const auto dims = words.integers(3);
  const Place data = words.place(), ids = words.place(), out = words.place();
  return rows::SegmentSum{dims[0], dims[1], dims[2], data, ids, out};
}

}  // namespace latently
