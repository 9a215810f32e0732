using Distill.Pipeline.Options;

namespace Distill.Serve;

/// <summary>Serves a published model as a page and as JSON over HTTP, to this machine only.</summary>
public static class Server
{
    /// <summary>Serves until it is stopped.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Port and limits.</param>
    /// <param name="started">Gets the address, once the server answers.</param>
    /// <param name="stop">Ends the server; requests that are being computed get a few seconds.</param>
    /// <exception cref="UserException">The port cannot be used, or ASP.NET Core is not installed.</exception>
    public static Task RunAsync(ServedModel model, ServeOptions options, Action<Uri> started, CancellationToken stop)
    {
        AspNetCore.Require();
        return KestrelHost.RunAsync(model, options, started, stop);
    }
}
