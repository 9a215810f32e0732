namespace Tests.Learning;

/// <summary>
/// The collection of tests that use torch. They run one after the other, without other tests, because they share its threads and its count
/// of tensors.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests
{
    public const string Name = "torch";
}
