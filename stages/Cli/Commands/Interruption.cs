using System.Runtime.InteropServices;

namespace Distill.Cli.Commands;

/// <summary>
/// Turns Ctrl-C and SIGTERM into a request to save and stop. A second signal ends the process at once. SIGUSR1, with which schedulers warn
/// before they end a job, is such a request too, but never ends the process at once, nor does the SIGTERM that follows it.
/// </summary>
internal sealed partial class Interruption : IDisposable
{
    // SIGUSR1 of Linux on x64, which PosixSignal does not name.
    private const PosixSignal Warning = (PosixSignal)10;

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _signals;
    private readonly string? _message;
    private bool _wasStopped;

    /// <param name="message">What the first signal prints; null for nothing.</param>
    public Interruption(string? message = "Saving a checkpoint, then stopping. Press Ctrl-C again to stop immediately.")
    {
        _message = message;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(Warning, Handle),
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
        if (context.Signal != Warning && _wasStopped)
        {
            // Checkpoints are whole or absent, so an immediate stop loses time but damages nothing.
            // Environment.Exit would wait for libtorch's threads.
            ExitAtOnce(ExitCodes.Interrupted);
        }

        _wasStopped |= context.Signal != Warning;
        if (!_source.IsCancellationRequested)
        {
            if (_message is not null)
            {
                Console.Error.WriteLine(_message);
            }

            _source.Cancel();
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitAtOnce(int status);
}
