using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>The user's choice of an installed libtorch, by environment variables with the names and meanings of tch-rs.</summary>
/// <param name="Folder">The folder of its libraries.</param>
/// <param name="Source">The variable that names it, for messages.</param>
/// <param name="AnyVersion">Whether an untested version is accepted.</param>
internal sealed record LibTorchChoice(string Folder, string Source, bool AnyVersion)
{
    public const string FolderVariable = "LIBTORCH";
    public const string PythonVariable = "LIBTORCH_USE_PYTORCH";
    public const string BypassVariable = "LIBTORCH_BYPASS_VERSION_CHECK";

    /// <summary>
    /// Reads the variables; null if they choose nothing. LIBTORCH_USE_PYTORCH takes precedence over LIBTORCH, as in tch-rs.
    /// </summary>
    /// <param name="variable">Returns the value of an environment variable, or null.</param>
    /// <exception cref="UserException">The folder does not contain libtorch, or Python does not have PyTorch.</exception>
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

    /// <summary>Checks and opens the libraries.</summary>
    /// <param name="programFolder">The folder of the program.</param>
    /// <exception cref="UserException">The libraries are incomplete, of another version, or cannot be opened.</exception>
    public TorchLibraries Open(string programFolder)
    {
        if (TorchLibraries.Missing(Folder) is { } missing)
        {
            throw new UserException(
                $"{Source}: {Path.Combine(Folder, missing)} does not exist. Expected a complete libtorch {LibTorchVersion.ProvenText}.");
        }

        if (File.Exists(Path.Combine(programFolder, TorchLibraries.CpuName)))
        {
            throw new UserException(
                $"{Source}: this build includes libtorch in {programFolder}, and one process cannot load two. "
                + $"Build without it (make ACCELERATOR=none, or -p:Accelerator=none), or unset {Source.Split('=')[0]}.");
        }

        // If a file states the version, it is checked before anything is opened. Otherwise the open library states it.
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

    /// <summary>Finds the libraries in the folder itself or in its <c>lib</c>, as in an unpacked libtorch and in a torch wheel.</summary>
    private static string LibraryFolder(string folder)
    {
        string[] places = [folder, Path.Combine(folder, "lib")];
        if (places.FirstOrDefault(place => File.Exists(Path.Combine(place, TorchLibraries.CpuName))) is { } found)
        {
            return Path.GetFullPath(found);
        }

        var problem = Directory.Exists(folder)
            ? $"neither this folder nor its lib contains {TorchLibraries.CpuName}"
            : "this folder does not exist";
        throw new UserException($"{FolderVariable}={folder}: {problem}. Expected an unpacked libtorch, or torch/lib of a Python PyTorch.");
    }

    private static bool IsOn(string? value) => value is { Length: > 0 } and not "0";
}
