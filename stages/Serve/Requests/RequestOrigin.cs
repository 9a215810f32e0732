using System.Globalization;

namespace Distill.Serve.Requests;

/// <summary>
/// Where a request comes from, by its headers. Any web page can send requests to this machine from the user's browser, so only this
/// server's own page is answered, and programs, which send none of these headers but Host.
/// </summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Host">The name by which the client knows this server, with the port.</param>
/// <param name="Origin">The page that sent the request; null from programs and when an address is opened.</param>
/// <param name="Site">Whether that page is this server's own (`Sec-Fetch-Site`), which browsers send; null from programs.</param>
/// <param name="Mode">How it was requested (`Sec-Fetch-Mode`), which browsers send; null from programs.</param>
internal sealed record RequestOrigin(string Method, string? Host, string? Origin, string? Site, string? Mode)
{
    private static readonly string[] OwnNames = ["127.0.0.1", "localhost"];

    /// <summary>Refuses requests that another page caused.</summary>
    /// <exception cref="RequestRefusedException">The request is not this page's own.</exception>
    public void Check()
    {
        // A page elsewhere can point its own name to this machine (DNS rebinding). Host then has that name.
        // Any port is right: a forwarded one may differ.
        if (!OwnNames.Contains(NameOf(Host)))
        {
            throw Refused($"the header Host is \"{Host}\", expected 127.0.0.1 or localhost");
        }

        if (Origin is not null && Origin != $"http://{Host}")
        {
            throw Refused($"the request comes from {Origin}, expected one from this server's own page");
        }

        if (Site is "cross-site" or "same-site" && !(Method == "GET" && Mode == "navigate"))
        {
            throw Refused("the request comes from another page, expected one from this server's own page");
        }
    }

    /// <summary>Returns the host without its port; other text as it is.</summary>
    private static string NameOf(string? host) =>
        host?.LastIndexOf(':') is { } colon and >= 0 && int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, null, out _)
            ? host[..colon]
            : host ?? "";

    private static RequestRefusedException Refused(string message) => new(403, message);
}
