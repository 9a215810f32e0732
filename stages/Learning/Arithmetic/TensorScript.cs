using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>
/// A function in TorchScript, for operations of libtorch that TorchSharp has no API for. Its arguments are tensors only: TorchSharp
/// would make a
/// <see cref="TorchSharp.Scalar"/> of a number, which the finalizer may free too early. Numbers stand in the source instead.
/// </summary>
/// <param name="name">The function's.</param>
/// <param name="source">Its source, which ends with an empty line. It returns one tensor.</param>
internal sealed class TensorScript(string name, string source) : IDisposable
{
    private readonly jit.CompilationUnit _compiled = jit.compile(source);

    /// <summary>Calls it with one tensor.</summary>
    public Tensor Call(Tensor argument) => (Tensor)_compiled.invoke(name, argument);

    /// <summary>Calls it with lists of tensors.</summary>
    public Tensor Call(params Tensor[][] lists) => (Tensor)_compiled.invoke(name, lists);

    public void Dispose() => _compiled.Dispose();
}
