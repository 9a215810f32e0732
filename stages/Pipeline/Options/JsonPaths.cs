namespace Distill.Pipeline.Options;

/// <summary>Builds the JSON paths of messages, such as <c>$.rounds[0].temperature</c>.</summary>
internal static class JsonPaths
{
    public const string Root = "$";

    public static string Child(string path, string key) =>
        key.Length > 0 && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '$')
            ? $"{path}.{key}"
            : $"{path}[\"{key}\"]";

    public static string Item(string path, int index) => $"{path}[{index}]";
}
