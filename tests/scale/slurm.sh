#!/bin/sh
# Starts a Slurm of four one-core nodes on this machine, over loopback. Needs Debian's slurm-wlm and munge, and root.
# It replaces /etc/slurm/slurm.conf, so run it only in a container or a machine of your own.
set -eu

host=$(hostname)
mkdir -p /etc/slurm /var/spool/slurm/ctld /var/log/slurm /run/munge
chown munge: /run/munge
cat > /etc/slurm/slurm.conf <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=/var/spool/slurm/ctld
SlurmdSpoolDir=/var/spool/slurm/%n
SlurmdLogFile=/var/log/slurm/%n.log
SlurmdPidFile=/run/slurmd-%n.pid
SlurmctldLogFile=/var/log/slurm/ctld.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
ReturnToService=2
SelectType=select/cons_tres
NodeName=n[1-4] NodeHostname=$host NodeAddr=127.0.0.1 Port=[17001-17004] CPUs=1 RealMemory=4000
PartitionName=all Nodes=n[1-4] Default=YES MaxTime=INFINITE State=UP
END
echo 'CgroupPlugin=cgroup/v1' > /etc/slurm/cgroup.conf

pgrep -x munged > /dev/null || su munge -s /bin/sh -c /usr/sbin/munged
pgrep -x slurmctld > /dev/null || slurmctld
for node in n1 n2 n3 n4; do
    mkdir -p "/var/spool/slurm/$node"
    pgrep -f "slurmd -N $node" > /dev/null || slurmd -N "$node"
done
sleep 3
sinfo
