namespace Tests;

/// <summary>The checkout that the tests run in.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Distill.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in a checkout: no Distill.sln above");
        }

        return folder;
    }
}
