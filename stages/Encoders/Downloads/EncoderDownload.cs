using Distill.Datasets.Downloads;
using Distill.Encoders.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Encoders.Downloads;

/// <summary>
/// Downloads known encoders. They are in NuGet packages, which the .NET SDK restores from the machine's own package sources into a
/// temporary folder.
/// </summary>
/// <param name="commands">Runs dotnet.</param>
/// <param name="log">Takes one line per step.</param>
public sealed class EncoderDownload(ICommands commands, Action<string> log)
{
    private const string License = "LICENSE";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Downloads the file of an encoder if it is a known one and is missing or wrong.</summary>
    /// <param name="options">The encoder. Nothing happens for a file of the user.</param>
    /// <param name="cancellation">Stops at once.</param>
    /// <exception cref="UserException">The package cannot be restored, or the file in it is another one.</exception>
    public Task FetchAsync(EncoderOptions options, CancellationToken cancellation) =>
        KnownEncoder.Find(options.File) is { } known
            ? FetchAsync(known, cancellation)
            : Task.CompletedTask;

    /// <summary>Downloads the file of a known encoder if it is missing or wrong.</summary>
    /// <inheritdoc cref="FetchAsync(EncoderOptions, CancellationToken)"/>
    internal async Task FetchAsync(KnownEncoder known, CancellationToken cancellation)
    {
        var options = known.Options;
        if (File.Exists(options.File) && FileHash.OfFile(options.File) == known.Sha256)
        {
            log($"{options.File}: already complete");
            return;
        }

        var work = Directory.CreateTempSubdirectory("distill-fetch-").FullName;
        try
        {
            log($"Downloading {known.Title} (NuGet package {known.Package} {known.Version})");
            await RestoreAsync(known, work, cancellation).ConfigureAwait(false);
            var package = Path.Combine(work, known.Package, known.Version);
            // The model comes last, because a run that finds it takes the download for complete.
            Check(Path.Combine(package, known.PathInPackage), known.Sha256);
            Copy(Path.Combine(package, License), Path.Combine(Path.GetDirectoryName(options.File)!, License));
            Copy(Path.Combine(package, known.PathInPackage), options.File);
            log($"{options.File} is complete, license {options.License}");
        }
        catch (Exception failure) when (failure is UserException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            throw new UserException(
                $"{options.File} could not be downloaded: {failure.Message}\n"
                + $"Copy {Path.GetFileName(known.PathInPackage)} of the NuGet package {known.Package} there yourself");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private async Task RestoreAsync(KnownEncoder known, string work, CancellationToken cancellation)
    {
        // PackageDownload takes the package as it is, without its dependencies.
        File.WriteAllText(Path.Combine(work, "fetch.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageDownload Include="{known.Package}" Version="[{known.Version}]" /></ItemGroup>
            </Project>
            """);
        var result = await commands
            .RunAsync("dotnet", ["restore", "fetch.csproj", "--packages", work, "--nologo"], work, Limit, cancellation)
            .ConfigureAwait(false) ?? throw new UserException("this machine does not have dotnet");
        if (result.ExitCode != 0)
        {
            var error = result.Output.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal));
            throw new UserException($"dotnet restore failed: {error?.Trim() ?? result.Error.Trim()}");
        }
    }

    private static void Check(string source, string sha256)
    {
        if (!File.Exists(source))
        {
            throw new UserException($"the package does not have {Path.GetFileName(source)}");
        }

        if (FileHash.OfFile(source) is var found && found != sha256)
        {
            throw new UserException($"{Path.GetFileName(source)} has the SHA-256 {found}, expected {sha256}");
        }
    }

    private static void Copy(string source, string target)
    {
        if (!File.Exists(source))
        {
            throw new UserException($"the package does not have {Path.GetFileName(source)}");
        }

        Durable.WriteFile(target, copy =>
        {
            using var original = File.OpenRead(source);
            original.CopyTo(copy);
        });
    }
}
