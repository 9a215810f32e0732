using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>An installed libtorch that the user names by environment variables, with the names and meanings of tch-rs.</summary>
/// <param name="Folder">Where its libraries lie.</param>
/// <param name="Source">The variable that names it, for messages.</param>
/// <param name="AnyVersion">Whether a version that is not proven is accepted.</param>
internal sealed record LibTorchChoice(string Folder, string Source, bool AnyVersion)
{
    public const string FolderVariable = "LIBTORCH";
    public const string PythonVariable = "LIBTORCH_USE_PYTORCH";
    public const string BypassVariable = "LIBTORCH_BYPASS_VERSION_CHECK";

    /// <summary>What the variables say; null where they name nothing. LIBTORCH_USE_PYTORCH wins over LIBTORCH, as in tch-rs.</summary>
    /// <param name="variable">Gives the value of an environment variable, null where it is not set.</param>
    /// <exception cref="UserException">The folder holds no libtorch, or Python has no PyTorch.</exception>
    public static LibTorchChoice? Read(Func<string, string?> variable)
    {
        var anyVersion = IsOn(variable(BypassVariable));
        if (IsOn(variable(PythonVariable)))
        {
            var python = PythonTorch.Interpreter(variable);
            return new LibTorchChoice(PythonTorch.LibraryFolder(python), $"{PythonVariable}=1 ({python})", anyVersion);
        }

        return variable(FolderVariable) is { Length: > 0 } folder
            ? new LibTorchChoice(LibraryFolder(folder), $"{FolderVariable}={folder}", anyVersion)
            : null;
    }

    /// <summary>Opens the libraries, if they can serve.</summary>
    /// <param name="programFolder">Where the program lies.</param>
    /// <exception cref="UserException">They cannot.</exception>
    public TorchLibraries Open(string programFolder)
    {
        if (TorchLibraries.Missing(Folder) is { } missing)
        {
            throw new UserException($"{Source}: {Path.Combine(Folder, missing)} does not exist. Expected a complete libtorch {LibTorchVersion.ProvenText}.");
        }

        if (File.Exists(Path.Combine(programFolder, TorchLibraries.CpuName)))
        {
            throw new UserException(
                $"{Source}: this build includes libtorch in {programFolder}, and one process cannot load two. "
                + $"Build without it (make ACCELERATOR=none, or -p:Accelerator=none), or unset {Source.Split('=')[0]}.");
        }

        // Read before anything is opened where a file states it; otherwise asked of the library itself.
        var stated = LibTorchVersion.ReadBeside(Folder);
        if (stated is not null)
        {
            Check(stated);
        }

        var libraries = TorchLibraries.Open(Folder, reason => new UserException($"{Source}: {reason}"));
        if (stated is null)
        {
            Check(libraries.Version);
        }

        return libraries;
    }

    private void Check(LibTorchVersion? version)
    {
        if (version is not { IsProven: true } && !AnyVersion)
        {
            throw new UserException(
                $"{Source}: found libtorch {version?.Text ?? "of an unknown version"} in {Folder}, expected {LibTorchVersion.ProvenText}. "
                + $"Set {BypassVariable}=1 to try it anyway.");
        }
    }

    /// <summary>The folder itself, or its <c>lib</c>, as in an unpacked libtorch and in a torch wheel.</summary>
    private static string LibraryFolder(string folder)
    {
        string[] places = [folder, Path.Combine(folder, "lib")];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, TorchLibraries.CpuName))) is { } found
            ? Path.GetFullPath(found)
            : throw new UserException(
                $"{FolderVariable}={folder}: {(Directory.Exists(folder) ? $"neither this folder nor its lib holds {TorchLibraries.CpuName}" : "this folder does not exist")}. "
                + "Expected an unpacked libtorch, or torch/lib of a Python PyTorch.");
    }

    private static bool IsOn(string? value) => value is { Length: > 0 } and not "0";
}
