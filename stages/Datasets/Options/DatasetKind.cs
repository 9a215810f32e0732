namespace Distill.Datasets.Options;

/// <summary>How a dataset is stored.</summary>
public enum DatasetKind
{
    /// <summary>Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv:1708.07747): 60,000 training and 10,000 test images, gray, 28×28.</summary>
    FashionMnist,

    /// <summary>The committed sample of Fashion-MNIST: 3,000 training and 1,000 test images.</summary>
    Sample,

    /// <summary>Any dataset in the four IDX files of MNIST, gray.</summary>
    Idx,

    /// <summary>CIFAR-10 in its binary version (Krizhevsky 2009): 50,000 training and 10,000 test images, color, 32×32.</summary>
    Cifar10,

    /// <summary>CIFAR-100 in its binary version, with its 100 fine classes.</summary>
    Cifar100,

    /// <summary>Image files in folders, such as ImageNet or the user's own.</summary>
    Folder,

    /// <summary>Parquet files in the form of the Hugging Face Hub.</summary>
    Parquet,

    /// <summary>Tar shards in the form of WebDataset.</summary>
    Webdataset,
}
