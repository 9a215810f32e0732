using System.ComponentModel;
using System.Diagnostics;
using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>The PyTorch of a Python installation, found without importing it.</summary>
internal static class PythonTorch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // An empty entry of sys.path is the current folder, where a folder called torch is not PyTorch.
    private const string Question =
        "import sys, importlib.util as u; sys.path = [p for p in sys.path if p]; s = u.find_spec('torch'); print(s.origin or '' if s else '')";

    /// <summary>The interpreter of the active virtual environment or conda environment; otherwise <c>python3</c>.</summary>
    /// <param name="variable">Gives the value of an environment variable, null where it is not set.</param>
    public static string Interpreter(Func<string, string?> variable)
    {
        var environment = variable("VIRTUAL_ENV") is { Length: > 0 } active ? active : variable("CONDA_PREFIX");
        return environment is { Length: > 0 } ? Path.Combine(environment, "bin", "python3") : "python3";
    }

    /// <summary>The folder of the libraries of the interpreter's PyTorch.</summary>
    /// <exception cref="UserException">The interpreter cannot be run, or has no PyTorch.</exception>
    public static string LibraryFolder(string interpreter)
    {
        var origin = Ask(interpreter);
        var folder = origin.Length > 0 ? Path.Combine(Path.GetDirectoryName(origin)!, "lib") : null;
        return folder is not null && File.Exists(Path.Combine(folder, TorchLibraries.CpuName))
            ? folder
            : throw new UserException(
                $"{LibTorchChoice.PythonVariable}=1: {interpreter} does not have a PyTorch that includes libtorch. "
                + $"Install torch {LibTorchVersion.ProvenText} there, or set {LibTorchChoice.FolderVariable} to a folder with libtorch.");
    }

    private static string Ask(string interpreter)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(interpreter, ["-c", Question]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (answer, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw Refusal(interpreter, $"it did not answer within {Patience.TotalSeconds} seconds");
            }

            return process.ExitCode == 0
                ? answer.GetAwaiter().GetResult().Trim()
                : throw Refusal(interpreter, errors.GetAwaiter().GetResult().Trim().Split('\n')[^1]);
        }
        catch (Win32Exception error)
        {
            throw Refusal(interpreter, error.Message);
        }
    }

    private static UserException Refusal(string interpreter, string reason) => new(
        $"{LibTorchChoice.PythonVariable}=1: {interpreter} could not be asked for PyTorch: {reason}. "
        + $"Install Python with torch {LibTorchVersion.ProvenText}, or set {LibTorchChoice.FolderVariable} to a folder with libtorch.");
}
