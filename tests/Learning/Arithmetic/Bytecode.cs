using System.Reflection;
using System.Reflection.Emit;

namespace Tests.Learning.Arithmetic;

/// <summary>Reads which methods are called in bytecode (ECMA-335, part III).</summary>
internal static class Bytecode
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private const byte TwoByteCode = 0xFE;

    private static readonly Dictionary<ushort, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (ushort)code.Value, code => code.OperandType);

    /// <summary>Lists all methods and constructors, including those of lambdas and iterators.</summary>
    public static IEnumerable<MethodBase> MethodsOf(Assembly assembly) => assembly.GetTypes().SelectMany(MembersOf);

    /// <summary>Lists what a method calls, creates or makes a delegate of. Generic methods are listed by their definitions.</summary>
    public static IEnumerable<MethodBase> CallsOf(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var place = 0;
        while (place < code.Length)
        {
            ushort operation = code[place++];
            operation = operation == TwoByteCode ? (ushort)(operation << 8 | code[place++]) : operation;
            var operand = Operands[operation];
            if (operand is OperandType.InlineMethod or OperandType.InlineTok
                && Resolve(method, BitConverter.ToInt32(code, place)) is MethodBase called)
            {
                yield return DefinitionOf(called);
            }

            place += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, place),
                _ => 4,
            };
        }
    }

    private static IEnumerable<MethodBase> MembersOf(Type type) => [.. type.GetMethods(Declared), .. type.GetConstructors(Declared)];

    private static MemberInfo? Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token,
        method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
        method.IsGenericMethod ? method.GetGenericArguments() : null);

    private static MethodBase DefinitionOf(MethodBase method)
    {
        var definition = method is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : method;
        return definition.DeclaringType is { IsConstructedGenericType: true } type
            ? MembersOf(type.GetGenericTypeDefinition()).First(member => member.MetadataToken == definition.MetadataToken)
            : definition;
    }
}
