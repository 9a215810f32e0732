using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>
/// A function in TorchScript, for operations of libtorch that TorchSharp has no API for. Its arguments are tensors only, because TorchSharp
/// would convert a number to a <see cref="TorchSharp.Scalar"/>, which the finalizer may free too early. Numbers are part of the source.
/// </summary>
/// <param name="name">The function's name.</param>
/// <param name="source">The function's source, which ends with an empty line. The function returns one tensor.</param>
internal sealed class TensorScript(string name, string source) : IDisposable
{
    private readonly jit.CompilationUnit _compiled = jit.compile(source);

    /// <summary>Calls the function with one tensor.</summary>
    public Tensor Call(Tensor argument) => (Tensor)_compiled.invoke(name, argument);

    /// <summary>Calls the function with lists of tensors.</summary>
    public Tensor Call(params Tensor[][] lists) => (Tensor)_compiled.invoke(name, lists);

    public void Dispose() => _compiled.Dispose();
}
