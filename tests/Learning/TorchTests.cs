namespace Tests.Learning;

/// <summary>Tests of torch run one after the other and beside no others: they share its threads and its count of tensors.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests
{
    public const string Name = "torch";
}
