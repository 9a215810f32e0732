using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Benchmarks.Reference;

/// <summary>
/// A Python program that stays running and answers each line with one line of JSON. It is idle between commands, so that it and the product
/// can take turns.
/// </summary>
internal sealed class ResidentProcess : IDisposable
{
    private readonly string _script;
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    /// <param name="python">Command of <see cref="Python.Find"/>.</param>
    /// <param name="script">Path of the program.</param>
    /// <param name="options">Its only argument.</param>
    public ResidentProcess(string python, string script, JsonObject options)
    {
        _script = Path.GetFileName(script);
        var start = new ProcessStartInfo(python, [script, options.ToJsonString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The product sets it for itself. PyTorch is measured with its defaults.
        start.Environment.Remove("GOMP_SPINCOUNT");
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>Sends a command and returns the answer.</summary>
    /// <exception cref="InvalidOperationException">The program ended. The message contains its standard error.</exception>
    public JsonObject Send(string command)
    {
        try
        {
            _process.StandardInput.WriteLine(command);
            _process.StandardInput.Flush();
            while (_process.StandardOutput.ReadLine() is { } answer)
            {
                // Libraries may print lines too.
                if (answer.StartsWith('{'))
                {
                    return JsonNode.Parse(answer)!.AsObject();
                }
            }
        }
        catch (IOException)
        {
            // It ended before the command was sent.
        }

        _process.WaitForExit();
        lock (_errors)
        {
            throw new InvalidOperationException($"{_script} ended at \"{command}\":\n{_errors}");
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
