// What a line of an elementwise instruction can be: name, operands, cost, and the function on blocks. A line's code is its place here.
// Results are those of TensorFlow's CPU kernels; integers wrap around, and dividing one by zero gives zero instead of a trap.
// Left out: the mathematics. Next: `arithmetic.h`, `vector-math.h`, `double-math.h`, `gamma-math.h`, `scalar-math.h`.
#pragma once
#include <vector>

#include "gamma-math.h"
#include "pairs.h"
#include "scalar-math.h"
#include "strip.h"

namespace latently {

// `number` has no function: it is a value, not work.
struct Operation {
  const char* name;
  int operands;
  // Nanoseconds an element, roughly: what chunks are weighed by.
  float cost;
  Line run;
  // How it goes over strips; null where it takes numbers one at a time, or so many registers that nothing is gained.
  const Ways* ways;
};

constexpr float cheap = 0.08f;

template <auto body>
constexpr int operandsOf = 0;
template <class Result, class... Of, Result (*body)(Of...)>
constexpr int operandsOf<body> = sizeof...(Of);

template <auto body>
Operation Apart(const char* name, float cost) {
  return {name, operandsOf<body>, cost, Each<body>::run, nullptr};
}

template <auto body>
Operation InStrips(const char* name, float cost) {
#if defined(__wasm__)
  return Apart<body>(name, cost);
#else
  return {name, operandsOf<body>, cost, Each<body>::run, &WaysOf<body>::ways};
#endif
}

inline const std::vector<Operation>& Operations() {
  static const std::vector<Operation> operations = {
      {"number", 0, 0, nullptr, nullptr},
      InStrips<Move>("move", cheap),
      InStrips<Add<Floats>>("add", cheap),
      InStrips<Subtract<Floats>>("subtract", cheap),
      InStrips<Multiply<Floats>>("multiply", cheap),
      InStrips<Divide>("divide", 0.2f),
      InStrips<Maximum>("maximum", cheap),
      InStrips<Minimum>("minimum", cheap),
      Apart<InDoubles<PowerDouble>>("power", 3),
      InStrips<Negate>("negate", cheap),
      InStrips<Absolute>("absolute", cheap),
      InStrips<Square>("square", cheap),
      InStrips<SquaredDifference>("squaredDifference", cheap),
      InStrips<SquareRoot>("squareRoot", 0.3f),
      InStrips<ReciprocalSquareRoot>("reciprocalSquareRoot", 0.5f),
      InStrips<Reciprocal>("reciprocal", 0.2f),
      InStrips<Exponential>("exponential", 0.4f),
      InStrips<ExponentialMinusOne>("exponentialMinusOne", 0.4f),
      InStrips<Logarithm>("logarithm", 0.4f),
      InStrips<LogarithmOnePlus>("logarithmOnePlus", 0.4f),
      InStrips<HyperbolicTangent>("tanh", 0.5f),
      InStrips<Sigmoid>("sigmoid", 0.5f),
      InStrips<Softplus>("softplus", 0.7f),
      Apart<InDoubles<SineDouble>>("sine", 1),
      Apart<InDoubles<CosineDouble>>("cosine", 1),
      Apart<InDoubles<TangentDouble>>("tangent", 1),
      Apart<InDoubles<ArcSineDouble>>("arcsine", 1),
      Apart<InDoubles<ArcCosineDouble>>("arccosine", 1),
      Apart<InDoubles<ArcTangentDouble>>("arctangent", 1),
      Apart<InDoubles<HyperbolicSineDouble>>("sinh", 1),
      Apart<InDoubles<HyperbolicCosineDouble>>("cosh", 1),
      Apart<InDoubles<InverseHyperbolicSineDouble>>("asinh", 1),
      Apart<InDoubles<InverseHyperbolicCosineDouble>>("acosh", 1),
      Apart<InDoubles<InverseHyperbolicTangentDouble>>("atanh", 1),
      Apart<InDoubles<ArcTangent2Double>>("arctangent2", 2),
      InStrips<Floor>("floor", cheap),
      InStrips<Ceiling>("ceiling", cheap),
      InStrips<Round>("round", cheap),
      InStrips<Sign>("sign", cheap),
      InStrips<Relu>("relu", cheap),
      InStrips<ReluGradient>("reluGradient", cheap),
      Apart<FloorModulo>("floorModulo", 10),
      InStrips<FloorDivide>("floorDivide", 0.3f),
      Apart<Modulo>("modulo", 10),
      InStrips<IsNan>("isNan", cheap),
      InStrips<IsFinite>("isFinite", cheap),
      InStrips<IsInfinite>("isInfinite", cheap),
      Apart<InDoubles<ErrorFunctionDouble>>("errorFunction", 1.5f),
      Apart<InDoubles<ComplementaryErrorFunctionDouble>>("complementaryErrorFunction", 3),
      Apart<InverseErrorFunction>("inverseErrorFunction", 15),
      Apart<NormalQuantile>("normalQuantile", 15),
      Apart<InDoubles<LogGammaDouble>>("logGamma", 4),
      Apart<InDoubles<DigammaDouble>>("digamma", 4),
      InStrips<MultiplyAdd>("multiplyAdd", cheap),
      InStrips<Less<Floats>>("less", cheap),
      InStrips<LessEqual<Floats>>("lessEqual", cheap),
      InStrips<Greater<Floats>>("greater", cheap),
      InStrips<GreaterEqual<Floats>>("greaterEqual", cheap),
      InStrips<Equal<Floats>>("equal", cheap),
      InStrips<NotEqual<Floats>>("notEqual", cheap),
      InStrips<And>("and", cheap),
      InStrips<Or>("or", cheap),
      InStrips<Not>("not", cheap),
      InStrips<Select>("select", cheap),
      InStrips<Add<Bits>>("addInteger", cheap),
      InStrips<Subtract<Bits>>("subtractInteger", cheap),
      InStrips<Multiply<Bits>>("multiplyInteger", cheap),
      InStrips<MaximumInteger>("maximumInteger", cheap),
      InStrips<MinimumInteger>("minimumInteger", cheap),
      InStrips<NegateInteger>("negateInteger", cheap),
      InStrips<AbsoluteInteger>("absoluteInteger", cheap),
      Apart<FloorModuloInteger>("floorModuloInteger", 2),
      Apart<FloorDivideInteger>("floorDivideInteger", 2),
      InStrips<Less<Integers>>("lessInteger", cheap),
      InStrips<LessEqual<Integers>>("lessEqualInteger", cheap),
      InStrips<Greater<Integers>>("greaterInteger", cheap),
      InStrips<GreaterEqual<Integers>>("greaterEqualInteger", cheap),
      InStrips<Equal<Integers>>("equalInteger", cheap),
      InStrips<NotEqual<Integers>>("notEqualInteger", cheap),
      InStrips<BitAnd>("bitAnd", cheap),
      InStrips<BitOr>("bitOr", cheap),
      InStrips<BitXor>("bitXor", cheap),
      InStrips<ShiftLeft>("shiftLeft", cheap),
      InStrips<ShiftRight>("shiftRight", cheap),
      InStrips<ShiftRightArithmetic>("shiftRightArithmetic", cheap),
      InStrips<IntegerToFloat>("integerToFloat", cheap),
      InStrips<FloatToInteger>("floatToInteger", cheap),
      InStrips<UnsignedToFloat>("unsignedToFloat", cheap),
      InStrips<FloatToBoolean>("floatToBoolean", cheap),
      InStrips<IntegerToBoolean>("integerToBoolean", cheap),
      InStrips<IntegerToFloat>("booleanToFloat", cheap),
      InStrips<Then<Add<Floats>, Add<Floats>>>("addThenAdd", cheap),
      InStrips<Then<Add<Floats>, Subtract<Floats>>>("addThenSubtract", cheap),
      InStrips<Then<Add<Floats>, Multiply<Floats>>>("addThenMultiply", cheap),
      InStrips<Then<Add<Floats>, Divide>>("addThenDivide", 0.2f),
      InStrips<Into<Add<Floats>, Subtract<Floats>>>("addIntoSubtract", cheap),
      InStrips<Into<Add<Floats>, Divide>>("addIntoDivide", 0.2f),
      InStrips<Then<Subtract<Floats>, Add<Floats>>>("subtractThenAdd", cheap),
      InStrips<Then<Subtract<Floats>, Subtract<Floats>>>("subtractThenSubtract", cheap),
      InStrips<Then<Subtract<Floats>, Multiply<Floats>>>("subtractThenMultiply", cheap),
      InStrips<Then<Subtract<Floats>, Divide>>("subtractThenDivide", 0.2f),
      InStrips<Into<Subtract<Floats>, Subtract<Floats>>>("subtractIntoSubtract", cheap),
      InStrips<Into<Subtract<Floats>, Divide>>("subtractIntoDivide", 0.2f),
      InStrips<Then<Multiply<Floats>, Subtract<Floats>>>("multiplyThenSubtract", cheap),
      InStrips<Then<Multiply<Floats>, Multiply<Floats>>>("multiplyThenMultiply", cheap),
      InStrips<Then<Multiply<Floats>, Divide>>("multiplyThenDivide", 0.2f),
      InStrips<Into<Multiply<Floats>, Subtract<Floats>>>("multiplyIntoSubtract", cheap),
      InStrips<Into<Multiply<Floats>, Divide>>("multiplyIntoDivide", 0.2f),
      InStrips<Then<Divide, Add<Floats>>>("divideThenAdd", 0.2f),
      InStrips<Then<Divide, Subtract<Floats>>>("divideThenSubtract", 0.2f),
      InStrips<Then<Divide, Multiply<Floats>>>("divideThenMultiply", 0.2f),
      InStrips<Then<Divide, Divide>>("divideThenDivide", 0.2f),
      InStrips<Into<Divide, Subtract<Floats>>>("divideIntoSubtract", 0.2f),
      InStrips<Into<Divide, Divide>>("divideIntoDivide", 0.2f),
  };
  return operations;
}

// The names in the order of their codes.
inline const std::vector<const char*>& OperationNames() {
  static const std::vector<const char*> names = [] {
    std::vector<const char*> list;
    for (const auto& operation : Operations()) list.push_back(operation.name);
    return list;
  }();
  return names;
}

}  // namespace latently
