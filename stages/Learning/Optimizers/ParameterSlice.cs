namespace Distill.Learning.Optimizers;

/// <summary>Where one parameter lies in <see cref="FlatParameters"/>.</summary>
/// <param name="Name">Its key in the network.</param>
/// <param name="Offset">First element.</param>
/// <param name="Length">Number of elements.</param>
/// <param name="Decays">Whether weight decay applies (and LARS's adaptation, but for classifiers): matrices and kernels, not batch norms and biases.</param>
public sealed record ParameterSlice(string Name, long Offset, long Length, bool Decays)
{
    /// <summary>Elements to where the next parameter may begin.</summary>
    public long PaddedLength => (Length + FlatParameters.Alignment - 1) / FlatParameters.Alignment * FlatParameters.Alignment;

    /// <summary>Whether these are the weights of a classifier: a ResNet's <c>fc</c>, or what fine-tuning puts on an encoder.</summary>
    public bool Classifies => Name is "fc.weight" or "classifier.weight";
}
