namespace Tests.Faults;

/// <summary>Exceptions that .NET throws for errors of Linux's file systems.</summary>
internal static class DiskErrors
{
    public const int NoSpace = 28;
    public const int InputOutput = 5;

    public static Exception Full(string path) => new IOException($"No space left on device : '{path}'", NoSpace);

    public static Exception Broken(string path) => new IOException($"Input/output error : '{path}'", InputOutput);

    public static Exception Denied(string path) => new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
}
