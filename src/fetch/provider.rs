//! The clouds that calls are made to.

use std::fmt;

use crate::operation::Operation;

/// A cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// Alibaba Cloud.
    Alibaba,
    /// Amazon Web Services.
    Aws,
    /// Huawei Cloud.
    Huawei,
}

/// A service whose documented calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// `alibaba.oos`: Operation Orchestration Service.
    Oos,
    /// `alibaba.sas`: Security Center.
    Sas,
    /// `aws.ssm`: Systems Manager.
    Ssm,
    /// `huawei.coc`: Cloud Operations Center.
    Coc,
}

impl Provider {
    /// Every cloud, sorted by name.
    pub const ALL: [Self; 3] = [Self::Alibaba, Self::Aws, Self::Huawei];

    /// The first part of an operation's id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Alibaba => "alibaba",
            Self::Aws => "aws",
            Self::Huawei => "huawei",
        }
    }
}

/// As people call it.
impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alibaba => "Alibaba Cloud",
            Self::Aws => "AWS",
            Self::Huawei => "Huawei Cloud",
        })
    }
}

impl Service {
    /// The service of an operation.
    pub const fn of(operation: Operation) -> Self {
        match operation {
            Operation::ListInstancePatchStates => Self::Oos,
            Operation::DescribeImageInstances | Operation::ListPublishBatch => Self::Sas,
            Operation::GetPatchBaseline => Self::Ssm,
            Operation::ListInstanceCompliant => Self::Coc,
        }
    }

    /// Whose it is.
    pub const fn provider(self) -> Provider {
        match self {
            Self::Oos | Self::Sas => Provider::Alibaba,
            Self::Ssm => Provider::Aws,
            Self::Coc => Provider::Huawei,
        }
    }

    /// The second part of an operation's id, which is also the name in signatures of AWS.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Oos => "oos",
            Self::Sas => "sas",
            Self::Ssm => "ssm",
            Self::Coc => "coc",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_those_of_the_operations() {
        for operation in Operation::ALL {
            let service = Service::of(operation);
            assert_eq!(service.id(), operation.service());
            assert_eq!(service.provider().id(), operation.provider());
        }
    }
}
