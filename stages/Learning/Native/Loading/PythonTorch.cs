using System.ComponentModel;
using System.Diagnostics;
using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>Finds the PyTorch of a Python installation, without importing it.</summary>
internal static class PythonTorch
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // An empty entry of sys.path is the current folder. A folder named torch in it is not PyTorch.
    private const string FindTorch =
        "import sys, importlib.util as u; sys.path = [p for p in sys.path if p]; "
        + "s = u.find_spec('torch'); print(s.origin or '' if s else '')";

    /// <summary>Returns the interpreter of the active virtual environment or conda environment; otherwise <c>python3</c>.</summary>
    /// <param name="variable">Returns the value of an environment variable, or null.</param>
    public static string Interpreter(Func<string, string?> variable)
    {
        var environment = variable("VIRTUAL_ENV") is { Length: > 0 } active ? active : variable("CONDA_PREFIX");
        return environment is { Length: > 0 } ? Path.Combine(environment, "bin", "python3") : "python3";
    }

    /// <summary>Returns the folder with the libraries of the interpreter's PyTorch.</summary>
    /// <exception cref="UserException">The interpreter cannot be run, or does not have PyTorch.</exception>
    public static string LibraryFolder(string interpreter)
    {
        var origin = Run(interpreter);
        var folder = origin.Length > 0 ? Path.Combine(Path.GetDirectoryName(origin)!, "lib") : null;
        return folder is not null && File.Exists(Path.Combine(folder, TorchLibraries.CpuName))
            ? folder
            : throw new UserException(
                $"{LibTorchChoice.PythonVariable}=1: {interpreter} does not have a PyTorch that includes libtorch. "
                + $"Install torch {LibTorchVersion.ProvenText} there, or set {LibTorchChoice.FolderVariable} to a folder with libtorch.");
    }

    /// <summary>Runs the script, and returns the path of torch's <c>__init__.py</c>; empty if there is none.</summary>
    private static string Run(string interpreter)
    {
        try
        {
            var start = new ProcessStartInfo(interpreter, ["-c", FindTorch])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var (answer, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(Timeout))
            {
                process.Kill(entireProcessTree: true);
                throw Refusal(interpreter, $"it did not answer within {Timeout.TotalSeconds} seconds");
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
