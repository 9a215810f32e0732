using System.Text.RegularExpressions;

namespace Distill.Pipeline.Storage;

/// <summary>Words for a file that cannot be read. They are equal for all files with the same problem, so reports can count them.</summary>
public static partial class ReadFailure
{
    /// <summary>Returns the reason without the path, which .NET's messages contain.</summary>
    public static string Reason(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it does not exist",
        UnauthorizedAccessException => "this user has no permission",
        _ => Quoted().Replace(error.Message, "").TrimEnd('.', ' '),
    };

    [GeneratedRegex(@"\s*:?\s*'/[^']*'")]
    private static partial Regex Quoted();
}
