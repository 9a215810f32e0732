using System.Diagnostics;

namespace Tests.Cli;

/// <summary>The real command in a process and a working folder of its own. A test class that starts it has the category Process.</summary>
internal sealed class DistillProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public DistillProcess(string folder, params string[] arguments)
        : this(folder, new Dictionary<string, string?>(), arguments)
    {
    }

    /// <inheritdoc cref="DistillProcess(string, string, IReadOnlyDictionary{string, string?}, string[])"/>
    public DistillProcess(string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
        : this(AppContext.BaseDirectory, folder, environment, arguments)
    {
    }

    /// <summary>Starts the program.</summary>
    /// <param name="program">Folder of the program.</param>
    /// <param name="folder">Working folder of the process.</param>
    /// <param name="environment">Variables to add to those of this process; a null value removes one.</param>
    /// <param name="arguments">Arguments after the program's name.</param>
    public DistillProcess(string program, string folder, IReadOnlyDictionary<string, string?> environment, string[] arguments)
        : this(Path.Combine(program, "distill"), arguments, folder, environment)
    {
    }

    /// <summary>Starts a program that starts this one.</summary>
    internal DistillProcess(string file, string[] arguments, string folder, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(file, arguments)
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

    /// <summary>Reads the next line of output; null at the end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Reads lines of output up to and including the first one that contains a text, or to the end.</summary>
    public void ReadUntil(string text)
    {
        while (ReadLine() is { } line && !line.Contains(text, StringComparison.Ordinal))
        {
        }
    }

    /// <summary>Waits for the end of the process.</summary>
    public Outcome Finish()
    {
        var output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return new Outcome(_process.ExitCode, output, _errors.GetAwaiter().GetResult());
    }

    /// <summary>Sends SIGKILL, so that no handler, finalizer or flush runs.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Sends a signal, such as TERM.</summary>
    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    public void Dispose() => _process.Dispose();

    /// <summary>Runs a command to its end.</summary>
    public static Outcome Run(string folder, params string[] arguments)
    {
        using var process = new DistillProcess(folder, arguments);
        return process.Finish();
    }

    /// <summary>The exit code and the output of a process that has ended.</summary>
    internal sealed record Outcome(int ExitCode, string Output, string Errors);
}
