using System.Diagnostics;

namespace Tests.Cli;

/// <summary>The real command in a process of its own, in a working folder of its own.</summary>
internal sealed class DistillProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public DistillProcess(string folder, params string[] arguments)
        : this(folder, new Dictionary<string, string?>(), arguments)
    {
    }

    /// <param name="folder">The working folder.</param>
    /// <param name="environment">Variables beside those of this process; null to leave one of them out.</param>
    /// <param name="arguments">After the command's name.</param>
    public DistillProcess(string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
        : this(AppContext.BaseDirectory, folder, environment, arguments)
    {
    }

    /// <param name="program">The folder of the program to run.</param>
    /// <param name="folder">The working folder.</param>
    /// <param name="environment">Variables beside those of this process; null to leave one of them out.</param>
    /// <param name="arguments">After the command's name.</param>
    public DistillProcess(string program, string folder, IReadOnlyDictionary<string, string?> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(program, "distill"), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment.Remove(name);
            if (value is not null)
            {
                start.Environment.Add(name, value);
            }
        }

        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>Its next line of output; null at the end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Waits for its end.</summary>
    public Outcome Finish()
    {
        var output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return new Outcome(_process.ExitCode, output, _errors.GetAwaiter().GetResult());
    }

    /// <summary>SIGKILL: no handler, no finalizer, no flush.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Sends a signal, such as TERM.</summary>
    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    public void Dispose() => _process.Dispose();

    /// <summary>Runs to the end.</summary>
    public static Outcome Run(string folder, params string[] arguments)
    {
        using var process = new DistillProcess(folder, arguments);
        return process.Finish();
    }

    /// <summary>How a process ended and what it said.</summary>
    internal sealed record Outcome(int ExitCode, string Output, string Errors);
}
