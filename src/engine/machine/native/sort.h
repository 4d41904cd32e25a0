// The k largest of each row, largest first and equal ones by their index, with the indices (TensorFlow's TopKV2). NaN counts as larger
// than any number; TensorFlow leaves its place open. Next: `scan.h`.
#pragma once
#include <algorithm>
#include <memory>

#include "machine.h"

namespace latently {
namespace sorting {

// A number and its index in one word that is smaller the earlier they come in the result.
inline uint64_t KeyOf(float value, uint32_t index) {
  const float number = value + 0.0f;  // -0 and 0 are equal
  uint32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  const uint32_t rising = value != value ? ~0u : bits >> 31 ? ~bits : bits | 0x80000000u;
  return uint64_t{~rising} << 32 | index;
}

inline void Row(const float* in, int64_t size, int64_t k, uint64_t* keys, float* values, int32_t* indices) {
  for (int64_t i = 0; i < size; i++) keys[i] = KeyOf(in[i], static_cast<uint32_t>(i));
  if (k < size) std::nth_element(keys, keys + k, keys + size);
  std::sort(keys, keys + k);
  for (int64_t j = 0; j < k; j++) {
    indices[j] = static_cast<int32_t>(keys[j]);
    values[j] = in[indices[j]];
  }
}

}  // namespace sorting

// Words: batch, size, k, in [batch, size], values [batch, k], indices [batch, k].
inline Instruction DecodeSort(Decoder& words) {
  const auto dims = words.integers(3);
  const int64_t batch = dims[0], size = dims[1], k = dims[2];
  const Place source = words.place(), values = words.place(), indices = words.place();
  const int chunks = batch * size < 2048 ? 1 : static_cast<int>(std::clamp<int64_t>(batch * size / 512, 1, std::clamp<int64_t>(batch, 1, 16)));
  const auto scratch = std::make_shared<std::vector<uint64_t>>(chunks * size);
  return [=](const Memory& memory, Pool& pool) {
    const float* in = source.in(memory);
    float* best = values.in(memory);
    int32_t* places = indices.integersIn(memory);
    pool.each(chunks, [&](int chunk) {
      for (int64_t row = batch * chunk / chunks; row < batch * (chunk + 1) / chunks; row++)
        sorting::Row(in + row * size, size, k, scratch->data() + chunk * size, best + row * k, places + row * k);
    });
  };
}

}  // namespace latently
