using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Distill.Pipeline.Options;

namespace Distill.Serve;

/// <summary>
/// Finds ASP.NET Core beside the running .NET. The program does not name it among its frameworks, because .NET would then refuse to
/// start any command without it.
/// </summary>
internal static class AspNetCore
{
    private const string Framework = "Microsoft.AspNetCore.App";

    private static readonly string Runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());

    private static readonly Lazy<string?> Folder = new(() =>
    {
        // A program that contains its own .NET has no folder of frameworks, such as /usr/share/dotnet/shared.
        var folder = new DirectoryInfo(Runtime).Parent is { Name: "Microsoft.NETCore.App", Parent: { } shared }
            ? FindFolder(shared.FullName)
            : null;
        if (folder is not null)
        {
            AssemblyLoadContext.Default.Resolving += (context, name) =>
                Path.Combine(folder, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        }

        return folder;
    });

    /// <summary>Makes ASP.NET Core available. Call this before any method that uses it is compiled, hence from another method.</summary>
    /// <exception cref="UserException">ASP.NET Core is not installed.</exception>
    public static void Require()
    {
        if (Folder.Value is null)
        {
            throw new UserException(
                $"distill serve: found no ASP.NET Core beside the .NET in {Runtime}, expected version {Environment.Version.Major}. "
                + $"The .NET SDK contains it; on some systems it is a package, such as aspnetcore-runtime-{Environment.Version.Major}.0.");
        }
    }

    /// <summary>Finds the newest ASP.NET Core for this version of .NET; null if there is none.</summary>
    /// <param name="shared">The folder of all frameworks.</param>
    public static string? FindFolder(string shared)
    {
        var versions = Path.Combine(shared, Framework);
        return !Directory.Exists(versions) ? null : Directory.EnumerateDirectories(versions)
            .Select(folder => (Folder: folder, Version: Version.TryParse(Path.GetFileName(folder), out var version) ? version : null))
            .Where(found => found.Version?.Major == Environment.Version.Major)
            .OrderByDescending(found => found.Version)
            .FirstOrDefault().Folder;
    }
}
