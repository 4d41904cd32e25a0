// What a line of an elementwise instruction can be: name, operands, cost, and the function on blocks. A line's code is its place here.
// Results are those of TensorFlow's CPU kernels; integers wrap around, and dividing one by zero gives zero instead of a trap.
// Left out: the mathematics. Next: `arithmetic.h`, `vector-math.h`, `double-math.h`, `gamma-math.h`, `scalar-math.h`.
#pragma once
#include <vector>

#include "gamma-math.h"
#include "pairs.h"
#include "scalar-math.h"
#include "vector.h"

namespace latently {

// `number` has no function: it is a value, not work.
struct Operation {
  const char* name;
  int operands;
  // Nanoseconds an element, roughly: what chunks are weighed by.
  float cost;
  Line run;
};

constexpr float cheap = 0.08f;

inline const std::vector<Operation>& Operations() {
  static const std::vector<Operation> operations = {
      {"number", 0, 0, nullptr},
      {"move", 1, cheap, Each<Move>::run},
      {"add", 2, cheap, Each<Add<Floats>>::run},
      {"subtract", 2, cheap, Each<Subtract<Floats>>::run},
      {"multiply", 2, cheap, Each<Multiply<Floats>>::run},
      {"divide", 2, 0.2f, Each<Divide>::run},
      {"maximum", 2, cheap, Each<Maximum>::run},
      {"minimum", 2, cheap, Each<Minimum>::run},
      {"power", 2, 3, Each<InDoubles<PowerDouble>>::run},
      {"negate", 1, cheap, Each<Negate>::run},
      {"absolute", 1, cheap, Each<Absolute>::run},
      {"square", 1, cheap, Each<Square>::run},
      {"squaredDifference", 2, cheap, Each<SquaredDifference>::run},
      {"squareRoot", 1, 0.3f, Each<SquareRoot>::run},
      {"reciprocalSquareRoot", 1, 0.5f, Each<ReciprocalSquareRoot>::run},
      {"reciprocal", 1, 0.2f, Each<Reciprocal>::run},
      {"exponential", 1, 0.4f, Each<Exponential>::run},
      {"exponentialMinusOne", 1, 0.4f, Each<ExponentialMinusOne>::run},
      {"logarithm", 1, 0.4f, Each<Logarithm>::run},
      {"logarithmOnePlus", 1, 0.4f, Each<LogarithmOnePlus>::run},
      {"tanh", 1, 0.5f, Each<HyperbolicTangent>::run},
      {"sigmoid", 1, 0.5f, Each<Sigmoid>::run},
      {"softplus", 1, 0.7f, Each<Softplus>::run},
      {"sine", 1, 1, Each<InDoubles<SineDouble>>::run},
      {"cosine", 1, 1, Each<InDoubles<CosineDouble>>::run},
      {"tangent", 1, 1, Each<InDoubles<TangentDouble>>::run},
      {"arcsine", 1, 1, Each<InDoubles<ArcSineDouble>>::run},
      {"arccosine", 1, 1, Each<InDoubles<ArcCosineDouble>>::run},
      {"arctangent", 1, 1, Each<InDoubles<ArcTangentDouble>>::run},
      {"sinh", 1, 1, Each<InDoubles<HyperbolicSineDouble>>::run},
      {"cosh", 1, 1, Each<InDoubles<HyperbolicCosineDouble>>::run},
      {"asinh", 1, 1, Each<InDoubles<InverseHyperbolicSineDouble>>::run},
      {"acosh", 1, 1, Each<InDoubles<InverseHyperbolicCosineDouble>>::run},
      {"atanh", 1, 1, Each<InDoubles<InverseHyperbolicTangentDouble>>::run},
      {"arctangent2", 2, 2, Each<InDoubles<ArcTangent2Double>>::run},
      {"floor", 1, cheap, Each<Floor>::run},
      {"ceiling", 1, cheap, Each<Ceiling>::run},
      {"round", 1, cheap, Each<Round>::run},
      {"sign", 1, cheap, Each<Sign>::run},
      {"relu", 1, cheap, Each<Relu>::run},
      {"reluGradient", 2, cheap, Each<ReluGradient>::run},
      {"floorModulo", 2, 10, Each<FloorModulo>::run},
      {"floorDivide", 2, 0.3f, Each<FloorDivide>::run},
      {"modulo", 2, 10, Each<Modulo>::run},
      {"isNan", 1, cheap, Each<IsNan>::run},
      {"isFinite", 1, cheap, Each<IsFinite>::run},
      {"isInfinite", 1, cheap, Each<IsInfinite>::run},
      {"errorFunction", 1, 1.5f, Each<InDoubles<ErrorFunctionDouble>>::run},
      {"complementaryErrorFunction", 1, 3, Each<InDoubles<ComplementaryErrorFunctionDouble>>::run},
      {"inverseErrorFunction", 1, 15, Each<InverseErrorFunction>::run},
      {"normalQuantile", 1, 15, Each<NormalQuantile>::run},
      {"logGamma", 1, 4, Each<InDoubles<LogGammaDouble>>::run},
      {"digamma", 1, 4, Each<InDoubles<DigammaDouble>>::run},
      {"multiplyAdd", 3, cheap, Each<MultiplyAdd>::run},
      {"less", 2, cheap, Each<Less<Floats>>::run},
      {"lessEqual", 2, cheap, Each<LessEqual<Floats>>::run},
      {"greater", 2, cheap, Each<Greater<Floats>>::run},
      {"greaterEqual", 2, cheap, Each<GreaterEqual<Floats>>::run},
      {"equal", 2, cheap, Each<Equal<Floats>>::run},
      {"notEqual", 2, cheap, Each<NotEqual<Floats>>::run},
      {"and", 2, cheap, Each<And>::run},
      {"or", 2, cheap, Each<Or>::run},
      {"not", 1, cheap, Each<Not>::run},
      {"select", 3, cheap, Each<Select>::run},
      {"addInteger", 2, cheap, Each<Add<Bits>>::run},
      {"subtractInteger", 2, cheap, Each<Subtract<Bits>>::run},
      {"multiplyInteger", 2, cheap, Each<Multiply<Bits>>::run},
      {"maximumInteger", 2, cheap, Each<MaximumInteger>::run},
      {"minimumInteger", 2, cheap, Each<MinimumInteger>::run},
      {"negateInteger", 1, cheap, Each<NegateInteger>::run},
      {"absoluteInteger", 1, cheap, Each<AbsoluteInteger>::run},
      {"floorModuloInteger", 2, 2, Each<FloorModuloInteger>::run},
      {"floorDivideInteger", 2, 2, Each<FloorDivideInteger>::run},
      {"lessInteger", 2, cheap, Each<Less<Integers>>::run},
      {"lessEqualInteger", 2, cheap, Each<LessEqual<Integers>>::run},
      {"greaterInteger", 2, cheap, Each<Greater<Integers>>::run},
      {"greaterEqualInteger", 2, cheap, Each<GreaterEqual<Integers>>::run},
      {"equalInteger", 2, cheap, Each<Equal<Integers>>::run},
      {"notEqualInteger", 2, cheap, Each<NotEqual<Integers>>::run},
      {"bitAnd", 2, cheap, Each<BitAnd>::run},
      {"bitOr", 2, cheap, Each<BitOr>::run},
      {"bitXor", 2, cheap, Each<BitXor>::run},
      {"shiftLeft", 2, cheap, Each<ShiftLeft>::run},
      {"shiftRight", 2, cheap, Each<ShiftRight>::run},
      {"shiftRightArithmetic", 2, cheap, Each<ShiftRightArithmetic>::run},
      {"integerToFloat", 1, cheap, Each<IntegerToFloat>::run},
      {"floatToInteger", 1, cheap, Each<FloatToInteger>::run},
      {"unsignedToFloat", 1, cheap, Each<UnsignedToFloat>::run},
      {"floatToBoolean", 1, cheap, Each<FloatToBoolean>::run},
      {"integerToBoolean", 1, cheap, Each<IntegerToBoolean>::run},
      {"booleanToFloat", 1, cheap, Each<IntegerToFloat>::run},
      {"addThenAdd", 3, cheap, Each<Then<Add<Floats>, Add<Floats>>>::run},
      {"addThenSubtract", 3, cheap, Each<Then<Add<Floats>, Subtract<Floats>>>::run},
      {"addThenMultiply", 3, cheap, Each<Then<Add<Floats>, Multiply<Floats>>>::run},
      {"addThenDivide", 3, 0.2f, Each<Then<Add<Floats>, Divide>>::run},
      {"addIntoSubtract", 3, cheap, Each<Into<Add<Floats>, Subtract<Floats>>>::run},
      {"addIntoDivide", 3, 0.2f, Each<Into<Add<Floats>, Divide>>::run},
      {"subtractThenAdd", 3, cheap, Each<Then<Subtract<Floats>, Add<Floats>>>::run},
      {"subtractThenSubtract", 3, cheap, Each<Then<Subtract<Floats>, Subtract<Floats>>>::run},
      {"subtractThenMultiply", 3, cheap, Each<Then<Subtract<Floats>, Multiply<Floats>>>::run},
      {"subtractThenDivide", 3, 0.2f, Each<Then<Subtract<Floats>, Divide>>::run},
      {"subtractIntoSubtract", 3, cheap, Each<Into<Subtract<Floats>, Subtract<Floats>>>::run},
      {"subtractIntoDivide", 3, 0.2f, Each<Into<Subtract<Floats>, Divide>>::run},
      {"multiplyThenSubtract", 3, cheap, Each<Then<Multiply<Floats>, Subtract<Floats>>>::run},
      {"multiplyThenMultiply", 3, cheap, Each<Then<Multiply<Floats>, Multiply<Floats>>>::run},
      {"multiplyThenDivide", 3, 0.2f, Each<Then<Multiply<Floats>, Divide>>::run},
      {"multiplyIntoSubtract", 3, cheap, Each<Into<Multiply<Floats>, Subtract<Floats>>>::run},
      {"multiplyIntoDivide", 3, 0.2f, Each<Into<Multiply<Floats>, Divide>>::run},
      {"divideThenAdd", 3, 0.2f, Each<Then<Divide, Add<Floats>>>::run},
      {"divideThenSubtract", 3, 0.2f, Each<Then<Divide, Subtract<Floats>>>::run},
      {"divideThenMultiply", 3, 0.2f, Each<Then<Divide, Multiply<Floats>>>::run},
      {"divideThenDivide", 3, 0.2f, Each<Then<Divide, Divide>>::run},
      {"divideIntoSubtract", 3, 0.2f, Each<Into<Divide, Subtract<Floats>>>::run},
      {"divideIntoDivide", 3, 0.2f, Each<Into<Divide, Divide>>::run},
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
