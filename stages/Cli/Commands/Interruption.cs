using System.Runtime.InteropServices;

namespace Distill.Cli.Commands;

/// <summary>Turns Ctrl-C and SIGTERM into a request to save and stop. A second signal ends the process at once.</summary>
internal sealed partial class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _signals;
    private readonly string _message;

    /// <param name="message">What the first signal prints.</param>
    public Interruption(string message = "Saving a checkpoint, then stopping. Press Ctrl-C again to stop immediately.")
    {
        _message = message;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
        {
            // Checkpoints are whole or absent, so an immediate stop loses time but damages nothing.
            // Environment.Exit would wait for libtorch's threads.
            ExitAtOnce(ExitCodes.Interrupted);
        }

        Console.Error.WriteLine(_message);
        _source.Cancel();
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitAtOnce(int status);
}
