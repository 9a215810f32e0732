using System.Reflection;
using Distill.Learning.Arithmetic;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Arithmetic;

/// <summary>
/// The rule that keeps the finalizer from freeing a TorchSharp <see cref="Scalar"/> while libtorch reads it. Only
/// <see cref="global::Distill.Learning.Arithmetic"/> may use scalars, and it disposes of each. No code calls methods that create scalars
/// inside TorchSharp, such as <c>add(Tensor)</c>.
/// </summary>
internal static class ScalarRule
{
    private static readonly Assembly TorchSharp = typeof(Scalar).Assembly;

    private static readonly HashSet<MethodBase> Makers = FindMakers();

    /// <summary>Lists the methods that break the rule, with the calls that they should not make.</summary>
    public static IEnumerable<string> Broken(IEnumerable<MethodBase> methods) => methods.SelectMany(method =>
    {
        var calls = Bytecode.CallsOf(method).ToArray();
        var guarded = method.DeclaringType!.Namespace == typeof(TensorArithmetic).Namespace;
        return calls
            .Where(called => !HandsOverTensorsOnly(method, called))
            .Where(called => Makers.Contains(called) || Makers.Overlaps(ForwardOf(called)) || (!guarded && Mentions(called)))
            .Select(called => $"{Name(method)} calls {Name(called)}")
            .Concat(guarded && !Disposes(method, calls) ? [$"{Name(method)} does not dispose of every scalar"] : []);
    });

    /// <summary>Whether the method disposes of every scalar that it creates. One in a static field lives forever.</summary>
    private static bool Disposes(MethodBase method, MethodBase[] calls) =>
        method.Name == ConstructorInfo.TypeConstructorName
        || !calls.Any(Creates)
        || calls.Count(Creates) == calls.Count(called => called.Name == nameof(IDisposable.Dispose));

    /// <summary>TorchScript creates scalars for number arguments, and this class has no method with number arguments.</summary>
    private static bool HandsOverTensorsOnly(MethodBase method, MethodBase called) =>
        method.DeclaringType == typeof(TensorScript) && called.DeclaringType == typeof(jit.CompilationUnit);

    private static bool Creates(MethodBase called) =>
        (called.DeclaringType == typeof(Scalar) && (called.IsConstructor || called.Name == "op_Implicit"))
        || (called is MethodInfo method && method.ReturnType == typeof(Scalar));

    private static bool Mentions(MethodBase called) =>
        called.DeclaringType == typeof(Scalar)
        || (called is MethodInfo method && method.ReturnType == typeof(Scalar))
        || (called.DeclaringType?.Assembly == TorchSharp && called.GetParameters().Any(p => p.ParameterType == typeof(Scalar)));

    /// <summary>Finds the methods of TorchSharp that create a scalar, or call a method that does, without returning it.</summary>
    private static HashSet<MethodBase> FindMakers()
    {
        var calls = Bytecode.MethodsOf(TorchSharp)
            .Where(method => !Creates(method))
            .SelectMany(method => Bytecode.CallsOf(method).Distinct().Select(called => (Method: method, Called: called)))
            .ToArray();
        var callers = calls.ToLookup(call => call.Called, call => call.Method);
        var makers = calls.Where(call => Creates(call.Called)).Select(call => call.Method).ToHashSet();
        var open = new Queue<MethodBase>(makers);
        while (open.TryDequeue(out var maker))
        {
            foreach (var caller in callers[maker].Where(makers.Add))
            {
                open.Enqueue(caller);
            }
        }

        return makers;
    }

    /// <summary>The forward methods of a module that a call returns or creates, because the caller will run it.</summary>
    private static IEnumerable<MethodBase> ForwardOf(MethodBase called)
    {
        var given = called is MethodInfo method ? method.ReturnType : called.DeclaringType!;
        return given.Assembly == TorchSharp && !given.IsAbstract && given.IsSubclassOf(typeof(nn.Module))
            ? given.GetMethods().Where(member => member.Name == "forward").Select(forward => (MethodBase)forward.DeclaringType!
                .GetMethods().First(member => member.MetadataToken == forward.MetadataToken))
            : [];
    }

    private static string Name(MethodBase method) =>
        $"{method.DeclaringType}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})";
}
