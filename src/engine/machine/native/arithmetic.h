// The cheap operations on vectors: arithmetic, comparisons, truth values, integers and conversions.
// Truth values are integers 0 or 1. Left out: functions that need a polynomial. Next: `vector-math.h`.
#pragma once
#include <cmath>
#include <limits>

#include "vector.h"

namespace latently {

constexpr float infinity = std::numeric_limits<float>::infinity();

inline Floats Move(Floats a) { return a; }

template <class V>
inline V Add(V a, V b) {
  return a + b;
}
template <class V>
inline V Subtract(V a, V b) {
  return a - b;
}
template <class V>
inline V Multiply(V a, V b) {
  return a * b;
}

inline Floats Divide(Floats a, Floats b) { return a / b; }
inline Floats Maximum(Floats a, Floats b) { return ((a > b) | (a != a)) ? a : b; }
inline Floats Minimum(Floats a, Floats b) { return ((a < b) | (a != a)) ? a : b; }
inline Floats MultiplyAdd(Floats a, Floats b, Floats c) { return a * b + c; }
inline Floats Square(Floats a) { return a * a; }
inline Floats SquaredDifference(Floats a, Floats b) { return (a - b) * (a - b); }
inline Floats Reciprocal(Floats a) { return 1.0f / a; }

inline Floats Negate(Floats a) { return BitsAs<Floats>(BitsAs<Bits>(a) ^ 0x80000000u); }
inline Floats Absolute(Floats a) { return BitsAs<Floats>(BitsAs<Bits>(a) & 0x7fffffffu); }
inline Floats CopySign(Floats size, Floats sign) {
  return BitsAs<Floats>((BitsAs<Bits>(size) & 0x7fffffffu) | (BitsAs<Bits>(sign) & 0x80000000u));
}

inline Floats SquareRoot(Floats a) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  return _mm512_maskz_sqrt_ps(0xffff, a);
#elif defined(__AVX2__)
  return _mm256_sqrt_ps(a);
#elif defined(__SSE2__)
  return _mm_sqrt_ps(a);
#else
  for (int i = 0; i < laneCount; i++) a[i] = __builtin_sqrtf(a[i]);
  return a;
#endif
}
inline Floats ReciprocalSquareRoot(Floats a) { return 1.0f / SquareRoot(a); }

// a < b ? a : b and a > b ? a : b, so b where either is NaN: one instruction, which GCC does not see by itself.
inline Floats LesserOf(Floats a, Floats b) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  return _mm512_maskz_min_ps(0xffff, a, b);
#elif defined(__AVX2__)
  return _mm256_min_ps(a, b);
#elif defined(__SSE2__)
  return _mm_min_ps(a, b);
#else
  return a < b ? a : b;
#endif
}
inline Floats GreaterOf(Floats a, Floats b) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  return _mm512_maskz_max_ps(0xffff, a, b);
#elif defined(__AVX2__)
  return _mm256_max_ps(a, b);
#elif defined(__SSE2__)
  return _mm_max_ps(a, b);
#else
  return a > b ? a : b;
#endif
}

// Adding and taking away 2^23 leaves a whole number; what is larger is one.
inline Floats Round(Floats a) {
  const Floats size = Absolute(a);
  const Floats whole = (size + 8388608.0f) - 8388608.0f;
  return size < 8388608.0f ? CopySign(whole, a) : a;
}
inline Floats Floor(Floats a) {
  const Floats whole = Round(a);
  return CopySign(whole > a ? whole - 1.0f : whole, a);
}
inline Floats Ceiling(Floats a) { return Negate(Floor(Negate(a))); }
inline Floats FloorDivide(Floats a, Floats b) { return Floor(a / b); }

inline Floats Sign(Floats a) { return a > 0.0f ? Splat(1.0f) : a < 0.0f ? Splat(-1.0f) : a + 0.0f; }
inline Floats Relu(Floats a) { return a <= 0.0f ? Floats{} : a; }
// As TensorFlow multiplies: a gradient that is not finite stays one, whatever the feature.
inline Floats ReluGradient(Floats gradient, Floats feature) { return gradient * (feature > 0.0f ? Floats{} + 1.0f : Floats{}); }

template <class V>
inline Integers Less(V a, V b) {
  return (a < b) & 1;
}
template <class V>
inline Integers LessEqual(V a, V b) {
  return (a <= b) & 1;
}
template <class V>
inline Integers Greater(V a, V b) {
  return (a > b) & 1;
}
template <class V>
inline Integers GreaterEqual(V a, V b) {
  return (a >= b) & 1;
}
template <class V>
inline Integers Equal(V a, V b) {
  return (a == b) & 1;
}
template <class V>
inline Integers NotEqual(V a, V b) {
  return (a != b) & 1;
}

inline Integers IsNan(Floats a) { return (a != a) & 1; }
inline Integers IsFinite(Floats a) { return (Absolute(a) < infinity) & 1; }
inline Integers IsInfinite(Floats a) { return (Absolute(a) == infinity) & 1; }

inline Integers And(Integers a, Integers b) { return ((a != 0) & (b != 0)) & 1; }
inline Integers Or(Integers a, Integers b) { return ((a | b) != 0) & 1; }
inline Integers Not(Integers a) { return (a == 0) & 1; }
inline Integers Select(Integers condition, Integers a, Integers b) { return condition != 0 ? a : b; }

inline Integers MaximumInteger(Integers a, Integers b) { return a > b ? a : b; }
inline Integers MinimumInteger(Integers a, Integers b) { return a < b ? a : b; }
inline Bits NegateInteger(Bits a) { return 0 - a; }
inline Integers AbsoluteInteger(Integers a) { return a < 0 ? BitsAs<Integers>(0 - BitsAs<Bits>(a)) : a; }

inline int32_t FloorDivideInteger(int32_t a, int32_t b) {
  if (b == 0) return 0;
  const int64_t quotient = int64_t{a} / b;
  return static_cast<int32_t>(quotient - (int64_t{a} % b != 0 && (a < 0) != (b < 0)));
}
inline int32_t FloorModuloInteger(int32_t a, int32_t b) {
  if (b == 0) return 0;
  const int64_t rest = int64_t{a} % b;
  return static_cast<int32_t>(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
}

inline Bits BitAnd(Bits a, Bits b) { return a & b; }
inline Bits BitOr(Bits a, Bits b) { return a | b; }
inline Bits BitXor(Bits a, Bits b) { return a ^ b; }

// Shifts by 32 and more, or less than nothing, go as TensorFlow's do: by 31 or by nothing.
inline Bits ShiftBy(Bits b) { return BitsAs<Bits>(MinimumInteger(MaximumInteger(BitsAs<Integers>(b), Integers{}), Splat(31))); }
inline Bits ShiftLeft(Bits a, Bits b) { return a << ShiftBy(b); }
inline Bits ShiftRight(Bits a, Bits b) { return a >> ShiftBy(b); }
inline Integers ShiftRightArithmetic(Integers a, Bits b) { return a >> BitsAs<Integers>(ShiftBy(b)); }

inline Floats IntegerToFloat(Integers a) { return __builtin_convertvector(a, Floats); }
inline Floats UnsignedToFloat(Bits a) {
  // Both halves are exact in float32, so their sum is rounded once.
  return IntegerToFloat(BitsAs<Integers>(a >> 16)) * 65536.0f + IntegerToFloat(BitsAs<Integers>(a & 0xffffu));
}
// What is out of range or not a number becomes the least integer.
inline Integers FloatToInteger(Floats a) {
  const Integers fits = (a >= -2147483648.0f) & (a < 2147483648.0f);
  const Integers whole = __builtin_convertvector(fits ? a : Floats{}, Integers);
  return fits ? whole : Splat(std::numeric_limits<int32_t>::min());
}
inline Integers FloatToBoolean(Floats a) { return (a != 0.0f) & 1; }
inline Integers IntegerToBoolean(Integers a) { return (a != 0) & 1; }

inline float Modulo(float a, float b) { return std::fmod(a, b); }
inline float FloorModulo(float a, float b) {
  const float rest = std::fmod(a, b);
  return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

}  // namespace latently
