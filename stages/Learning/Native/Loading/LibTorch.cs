using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>
/// The libtorch of this process: the one beside the program, or an installed one that the user names (<see cref="LibTorchChoice"/>).
/// </summary>
/// <remarks>
/// An installed one is opened here, by full path, before TorchSharp looks for a library by name: the dynamic loader then gives
/// TorchSharp the library that is already open. .NET 10 does not search beyond an assembly's folder for this assembly's own imports of
/// torch_cpu, so a resolver hands them the open library.
/// </remarks>
public static class LibTorch
{
    private static readonly string ProgramFolder = AppContext.BaseDirectory;

    private static readonly Lazy<TorchLibraries> Libraries = new(() => Chosen ?? TorchLibraries.Open(ProgramFolder));

    /// <summary>The installed libtorch that was opened; null for the one beside the program.</summary>
    private static TorchLibraries? Chosen { get; set; }

    /// <summary>What is known about it.</summary>
    public static LibTorchBuild Build => LibTorchBuild.Of(Libraries.Value, Source);

    private static string Source { get; set; } = "beside the program";

    /// <summary>What is wrong with the libtorch that the user names; null where nothing is.</summary>
    private static UserException? Refusal { get; set; }

    /// <summary>To be called before anything is computed.</summary>
    /// <exception cref="UserException">The libtorch that the user names cannot serve.</exception>
    public static void Check()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }

    /// <summary>
    /// Runs before anything else of this assembly, hence before the first use of <c>torch</c>. It must not throw: the runtime would
    /// report it at every later use.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before TorchSharp's static constructor, wherever that is first reached.")]
    internal static void Initialize()
    {
        OpenMp.SpinBriefly();
        TorchSharpLibrary.Cure(ProgramFolder);
        NativeLibrary.SetDllImportResolver(typeof(LibTorch).Assembly, (name, _, _) => name == "torch_cpu" ? Libraries.Value.Cpu : 0);
        try
        {
            Choose();
        }
        catch (UserException refusal)
        {
            Refusal = refusal;
        }
    }

    private static void Choose()
    {
        if (LibTorchChoice.Read(Environment.GetEnvironmentVariable) is { } choice)
        {
            (Chosen, Source) = (choice.Open(ProgramFolder), choice.Source);
            TorchSharpLibrary.CheckSymbols(ProgramFolder, choice, Console.Error.WriteLine);
        }
        else if (!File.Exists(Path.Combine(ProgramFolder, TorchLibraries.CpuName)))
        {
            throw new UserException(
                "This build does not include libtorch. Set LIBTORCH to the folder of an installed libtorch "
                + $"{LibTorchVersion.ProvenText}, or LIBTORCH_USE_PYTORCH=1 to use the libtorch of python3's PyTorch.");
        }
    }
}
