namespace Tests.Fuzzing;

/// <summary>A reader of files from strangers.</summary>
/// <param name="Name">What is read.</param>
/// <param name="Originals">Files that it takes, whole.</param>
/// <param name="File">What the file is called.</param>
/// <param name="Read">Reads the file at a path; throws what <paramref name="Refusals"/> lists for one that it does not take.</param>
/// <param name="Refusals">Exceptions whose message a user is shown.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Originals, string File, Action<string> Read, IReadOnlyList<Type> Refusals);
