namespace Tests.Fuzzing;

/// <summary>A reader of files from strangers.</summary>
/// <param name="Name">Name of the format.</param>
/// <param name="Originals">Valid files.</param>
/// <param name="File">Name of the file on disk.</param>
/// <param name="Read">Reads the file at a path, or throws one of <paramref name="Refusals"/>.</param>
/// <param name="Refusals">Exceptions whose message is shown to the user.</param>
internal sealed record FuzzTarget(
    string Name, IReadOnlyList<byte[]> Originals, string File, Action<string> Read, IReadOnlyList<Type> Refusals);
