using System.Net;
using System.Net.Sockets;
using Distill.Pipeline.Options;
using Distill.Serve.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Distill.Serve;

/// <summary>
/// The web server: Kestrel on 127.0.0.1, without configuration files, environment variables and logs.
/// </summary>
internal static class KestrelHost
{
    private const int MaxConnections = 128;
    private const int MaxHeaderBytes = 16 * 1024;

    /// <summary>Room in a request for the headers of each part.</summary>
    private const int PartBytes = 64 * 1024;

    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(3);

    /// <inheritdoc cref="Server.RunAsync"/>
    public static async Task RunAsync(ServedModel model, ServeOptions options, Action<Uri> started, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options)).UseShutdownTimeout(ShutdownTimeout);
        await using var app = builder.Build();
        await using var classifier = new Classifier(model.Model, options.MaxPixels);
        var handler = new RequestHandler(model.Facts(options), classifier, options);
        app.Run(handler.HandleAsync);
        try
        {
            await app.StartAsync(stop);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException or SocketException)
        {
            throw InUse(options.Port);
        }
        catch (SocketException error)
        {
            throw error.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? InUse(options.Port)
                : new UserException($"--port: cannot listen on port {options.Port} of 127.0.0.1: {error.Message}");
        }

        started(new Uri(app.Urls.Single()));
        await WaitAsync(stop);
        await app.StopAsync(CancellationToken.None);
    }

    private static void Configure(KestrelServerOptions kestrel, ServeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
        kestrel.Limits.MaxRequestBodySize = options.MaxImages * (options.MaxBytes + PartBytes);
        kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static UserException InUse(int port) =>
        new($"--port: port {port} of 127.0.0.1 is in use, expected a free one. Name another one, or 0 for any free port.");

    private static async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
