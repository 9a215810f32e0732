using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Benchmarks.Reference;

/// <summary>
/// A Python program that stays resident and answers each line with one line of JSON: idle unless asked, so that it and the product take
/// turns.
/// </summary>
internal sealed class ResidentProcess : IDisposable
{
    private readonly string _script;
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    /// <param name="python">From <see cref="Python.Find"/>.</param>
    /// <param name="script">The program.</param>
    /// <param name="options">Its one argument.</param>
    public ResidentProcess(string python, string script, JsonObject options)
    {
        _script = Path.GetFileName(script);
        var start = new ProcessStartInfo(python, [script, options.ToJsonString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the product sets for itself: PyTorch is measured as it comes.
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

    /// <summary>The answer to a command.</summary>
    /// <exception cref="InvalidOperationException">The program ended; the message has what it wrote to its standard error.</exception>
    public JsonObject Send(string command)
    {
        try
        {
            _process.StandardInput.WriteLine(command);
            _process.StandardInput.Flush();
            while (_process.StandardOutput.ReadLine() is { } answer)
            {
                // Libraries print there too.
                if (answer.StartsWith('{'))
                {
                    return JsonNode.Parse(answer)!.AsObject();
                }
            }
        }
        catch (IOException)
        {
            // It ended before it was asked.
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
