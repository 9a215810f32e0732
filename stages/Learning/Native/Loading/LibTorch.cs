using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>
/// The libtorch of this process: the one beside the program, or an installed one that the user chose (<see cref="LibTorchChoice"/>).
/// </summary>
/// <remarks>
/// An installed libtorch is opened by its full path before TorchSharp opens it by name. The dynamic loader then returns the library that is
/// already open. .NET 10 searches only the assembly's folder for this assembly's imports of torch_cpu, so a resolver returns the open
/// library.
/// </remarks>
public static class LibTorch
{
    private static readonly string ProgramFolder = AppContext.BaseDirectory;

    private static readonly Lazy<TorchLibraries> Libraries = new(() => Chosen ?? TorchLibraries.Open(ProgramFolder));

    /// <summary>The installed libtorch that was opened; null if the one beside the program is used.</summary>
    private static TorchLibraries? Chosen { get; set; }

    /// <summary>The properties of this libtorch.</summary>
    public static LibTorchBuild Build => LibTorchBuild.Describe(Libraries.Value, Source);

    private static string Source { get; set; } = "beside the program";

    /// <summary>The error for the libtorch that the user chose; null for none.</summary>
    private static UserException? Refusal { get; set; }

    /// <summary>Returns the address of a function of libtorch_cuda, or of a library inside of it; 0 without it.</summary>
    internal static nint FindCudaFunction(string name) =>
        Libraries.Value.Cuda is { } cuda && NativeLibrary.TryGetExport(cuda, name, out var address) ? address : 0;

    /// <inheritdoc cref="FindCudaFunction"/>
    /// <exception cref="EntryPointNotFoundException">There is none.</exception>
    internal static nint CudaFunction(string name) => FindCudaFunction(name) is not 0 and var address
        ? address
        : throw new EntryPointNotFoundException($"this libtorch has no function {name}");

    /// <summary>Throws if libtorch cannot be used. Call this before anything is computed.</summary>
    /// <exception cref="UserException">The libtorch that the user chose cannot be used.</exception>
    public static void Check()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }

    /// <summary>
    /// Runs before all other code of this assembly, hence before the first use of <c>torch</c>. It must not throw, because the runtime
    /// would report the exception at every later use.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before TorchSharp's static constructor, wherever it is reached.")]
    internal static void Initialize()
    {
        OpenMp.SpinBriefly();
        TorchSharpLibrary.PatchIfNeeded(ProgramFolder);
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
