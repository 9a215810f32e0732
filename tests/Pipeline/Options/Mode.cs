namespace Tests.Pipeline.Options;

/// <summary>An enum with a name of one word and one of two.</summary>
internal enum Mode
{
    Hard,
    SoftTargets,
}
