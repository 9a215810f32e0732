namespace Distill.Learning.Optimizers;

/// <summary>The position of a parameter in <see cref="FlatParameters"/>.</summary>
/// <param name="Name">The parameter's key in the network.</param>
/// <param name="Offset">Index of its first element.</param>
/// <param name="Length">Number of elements.</param>
/// <param name="Decays">Whether it has weight decay: matrices and kernels do, batch norms and biases do not.</param>
public sealed record ParameterSlice(string Name, long Offset, long Length, bool Decays)
{
    /// <summary>Number of elements with padding, up to where the next parameter begins.</summary>
    public long PaddedLength => (Length + FlatParameters.Alignment - 1) / FlatParameters.Alignment * FlatParameters.Alignment;

    /// <summary>Whether these are the weights of a classifier: a ResNet's <c>fc</c>, or the dense layer of fine-tuning.</summary>
    public bool Classifies => Name is "fc.weight" or "classifier.weight";
}
