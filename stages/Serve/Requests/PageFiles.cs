namespace Distill.Serve.Requests;

/// <summary>The files of the page, which are part of the program.</summary>
internal static class PageFiles
{
    private static readonly Dictionary<string, (string Name, string Type)> Paths = new()
    {
        ["/"] = ("page.html", "text/html; charset=utf-8"),
        ["/page.css"] = ("page.css", "text/css; charset=utf-8"),
        ["/page.js"] = ("page.js", "text/javascript; charset=utf-8"),
        ["/icon.svg"] = ("icon.svg", "image/svg+xml"),
    };

    /// <summary>Returns the file at a path of the server and its media type; null if there is none.</summary>
    public static (byte[] Bytes, string Type)? Find(string path) =>
        Paths.TryGetValue(path, out var file) ? (Read(file.Name), file.Type) : null;

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
